/** Takes something that runs into those that are closed in the end, and gives it back. */
export type Kept = <Party extends { close(): Promise<void> }>(party: Party) => Party;
