/** Where a server listens, in words. */
export interface Address {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
}

/** `host:port`, as it stands in a URL. */
export function authorityOf({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Why listening failed. @param who begins the sentence: `The server` */
export function listenRefusal(
  cause: unknown,
  { host, port }: Address,
  who: string,
): { readonly code: 'port-in-use' | 'listen-failed'; readonly message: string } {
  return (cause as NodeJS.ErrnoException).code === 'EADDRINUSE'
    ? {
        code: 'port-in-use',
        message: `Port ${port} is in use: stop what uses it, or choose another one.`,
      }
    : { code: 'listen-failed', message: `${who} cannot listen on ${host}, port ${port}.` };
}
