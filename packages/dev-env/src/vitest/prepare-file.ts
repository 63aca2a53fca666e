import { configureGlobal } from 'fast-check';
import { expect } from 'vitest';
import { logDirectoryOf } from './report-failures.ts';
import { testSeed } from './run-settings.ts';

// Runs before each test file: random values follow from the seed of the run, and the output of
// started processes goes to the directory that the failure report names.
configureGlobal({ seed: testSeed });
const { testPath } = expect.getState();
if (testPath !== undefined) process.env['TEST_LOGS'] = logDirectoryOf(testPath);
