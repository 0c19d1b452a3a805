export const check = async (_url: string): Promise<number> => 0;
