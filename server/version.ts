/** The version of what is running; package.json says the same. */
export const VERSION = '0.1.0';
