import type { SpentConfig } from '../config.js';
import { RedisSpentSet } from './redis.js';
import type { SpentSet } from './spent-set.js';
import { SqliteSpentSet } from './sqlite.js';

export type { Hold, SpentSet } from './spent-set.js';

/** @throws EdgeError `spent-set-unavailable` */
export async function openSpentSet(config: SpentConfig): Promise<SpentSet> {
  return config.kind === 'sqlite' ? new SqliteSpentSet(config.file) : RedisSpentSet.connect(config.url);
}
