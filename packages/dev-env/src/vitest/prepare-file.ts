import { configureGlobal } from 'fast-check';
import { expect } from 'vitest';
import { logDirectoryOf } from './report-failures.ts';
import { testSeed } from './run-settings.ts';

// For each test file, before it is loaded: what it draws follows from the seed of the run, and what
// the processes that it starts write is kept where the report of a failure says.
configureGlobal({ seed: testSeed });
const { testPath } = expect.getState();
if (testPath !== undefined) process.env['TEST_LOGS'] = logDirectoryOf(testPath);
