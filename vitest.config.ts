import { defineConfig } from 'vitest/config';

/** Two kinds of tests: beside the code they are about, without servers; and in `test/`, on real ones. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{apps,packages}/*/{src,app,lib}/**/*.test.ts', '{scripts,bench}/**/*.test.ts'],
          // No promise of speed: on a busy machine thousands of generated cases take their time.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['{apps,packages}/*/test/**/*.test.ts', 'test/**/*.test.ts'],
          globalSetup: ['packages/testing/src/vitest/start-servers.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
        },
      },
    ],
  },
});
