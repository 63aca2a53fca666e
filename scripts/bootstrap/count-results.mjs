/**
 * Counts a run of Vitest from its JSON report. A run can fail without a failed test: a file that
 * does not load, a promise that nobody awaited, no test at all.
 * @param {{
 *   numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: { status: string, assertionResults: { status: string }[] }[],
 * }} report
 * @param {number} exitCode
 */
export function countResults(report, exitCode) {
  const brokenFiles = report.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  const ran = report.numPassedTests + failed;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && (exitCode !== 0 || ran === 0) ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
