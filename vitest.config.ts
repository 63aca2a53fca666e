import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Of the run, and of everything that is drawn in it: see packages/dev-env/src/vitest.
process.env['TEST_SEED'] ??= String(randomInt(2 ** 31));
// The same programs are started hundreds of times: each is compiled once.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/compiled');

/** Most wait for servers and processes more than they compute. */
const maxWorkers = 4;

/** On a busy machine what is awaited takes its time; it comes, or the test fails. */
const poll = { timeout: 15_000 };

/**
 * Two kinds of tests: beside the code they are about, without servers; and in `test/`, on real
 * ones.
 */
export default defineConfig({
  test: {
    // Node runs the sources as they are, here as in production.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // Loading the modules for each file takes longer than most files; none changes what others
    // load.
    isolate: false,
    reporters: ['default', './packages/dev-env/src/vitest/report-failures.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            '{apps,packages}/*/{src,app,lib}/**/*.test.ts',
            '{scripts,bench}/**/*.test.ts',
            'reliability/{chaos,fuzz,outage}/**/*.test.ts',
          ],
          setupFiles: ['packages/dev-env/src/vitest/prepare-file.ts'],
          // No promise of speed: on a busy machine thousands of generated cases take their time.
          testTimeout: 30_000,
          expect: { poll },
          maxWorkers,
        },
      },
      {
        test: {
          name: 'integration',
          include: [
            '{apps,packages}/*/test/**/*.test.ts',
            'test/**/*.test.ts',
            'reliability/test/**/*.test.ts',
          ],
          globalSetup: [
            'packages/dev-env/src/vitest/start-servers.ts',
            'packages/db/test/migrate-template.ts',
          ],
          setupFiles: ['packages/dev-env/src/vitest/prepare-file.ts'],
          // What a test awaits has its own limits, of up to a minute each.
          testTimeout: 180_000,
          expect: { poll },
          hookTimeout: 120_000,
          maxWorkers,
        },
      },
    ],
  },
});
