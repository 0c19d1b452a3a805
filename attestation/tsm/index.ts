/** Where hardware reports come from. Node only; the verifying side never imports this folder. */

export { configfsTsm } from './configfs.js';
export { simulatedTsm } from './simulated.js';
export type { Tsm, TsmReport } from './tsm.js';
