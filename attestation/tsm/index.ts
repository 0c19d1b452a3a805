/** Where hardware reports come from. Node only; the verifying side never imports this folder. */
export { type BootLogOptions, readBootLog } from './bootlog.js';
export { type ConfigfsTsmOptions, configfsTsm, type TsmFiles } from './configfs.js';
export { type SimulatedTsmOptions, simulatedTsm } from './simulated.js';
export type { Tsm, TsmReport } from './tsm.js';
