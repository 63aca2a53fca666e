import { describe, expect, test } from 'vitest';
import { countResults } from './test-all.mjs';

const passed = {
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
};

describe('countResults', () => {
  test('a run that is well counts what passed and what was skipped', () => {
    expect(countResults(passed, 0)).toEqual({ passed: 3, failed: 0, skipped: 2 });
  });

  test('a failed test is counted once', () => {
    const report = {
      ...passed,
      numFailedTests: 1,
      testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }] }],
    };

    expect(countResults(report, 1).failed).toBe(1);
  });

  test('a file that does not load counts as a failure', () => {
    const report = { ...passed, testResults: [{ status: 'failed', assertionResults: [] }] };

    expect(countResults(report, 1).failed).toBe(1);
  });

  test('a run that ends badly for another reason is a failure too', () => {
    expect(countResults(passed, 1).failed).toBe(1);
  });

  test('a run without any test is a failure', () => {
    expect(countResults({ ...passed, numPassedTests: 0, testResults: [] }, 0).failed).toBe(1);
  });
});
