/** What a released image runs: its evidence comes from the kernel and from nowhere else. */
import { configfsTsm } from '../attestation/tsm/index.js';
import { runImage } from './image.js';

await runImage(async () => configfsTsm());
