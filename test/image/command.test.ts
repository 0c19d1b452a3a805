import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from '../../image/command.js';

it('finds the checkout from its sources too, where the image’s tests run it', () => {
  expect(existsSync(join(ROOT, 'mkosi.conf'))).toBe(true);
});
