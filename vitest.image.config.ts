import { defineConfig } from 'vitest/config';

/** The image's own tests, which build and boot it: minutes, root and Debian. `npm run test:image` runs them. */
export default defineConfig({
  test: {
    include: ['test/image/vm/*.vm.ts'],
    testTimeout: 20 * 60_000,
    hookTimeout: 40 * 60_000,
    maxWorkers: 1,
    fileParallelism: false,
    pool: 'forks',
  },
});
