import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runVisibly } from './children.mjs';
import { build, prepare } from './prepare.mjs';

/**
 * Runs the static checks, the build and the tests, each even after another has failed, and prints
 * the counts last. A check or build that fails counts as one failed test. Where test files are
 * named, only those run, without static checks. `--long` runs the long form of tests that have one.
 * @param {readonly string[]} args `--long`, and arguments for Vitest
 * @returns {Promise<number>} the exit code
 */
export async function testAll(args) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const vitestArgs = args.filter((arg) => arg !== '--long');
  try {
    const toolchain = await prepare();
    if (vitestArgs.length < args.length) toolchain.env['TEST_LONG'] = '1';
    const isWhole = vitestArgs.length === 0;
    if (isWhole && (await run(toolchain, 'pnpm', ['check'])) !== 0) counts.failed += 1;
    await build(toolchain).catch((error) => {
      console.error(error.message);
      counts.failed += 1;
    });
    add(counts, await runVitest(toolchain, vitestArgs));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    counts.failed += 1;
  }
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return counts.failed === 0 ? 0 : 1;
}

async function runVitest(toolchain, vitestArgs) {
  const folder = await mkdtemp(join(tmpdir(), 'sinch-callbacks-vitest-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = [
      '--reporter=default',
      '--reporter=packages/dev-env/src/vitest/report-failures.ts',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ];
    const code = await run(toolchain, 'vitest', ['run', ...reporters, ...vitestArgs]);
    return countResults(JSON.parse(await readFile(file, 'utf8')), code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function add(counts, more) {
  for (const name of Object.keys(counts)) counts[name] += more[name];
}

function run({ env, root }, program, args) {
  return runVisibly(program, args, { env, cwd: root });
}

/**
 * Counts a run of Vitest from its JSON report. A run can fail without a failed test: a file that
 * does not load, an unhandled rejection, no test at all.
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
