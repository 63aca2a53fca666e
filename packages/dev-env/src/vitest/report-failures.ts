import { existsSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Says at the end of a run, for each test that failed, how to run it alone with the same seed and
 * where the output of its processes is. The output of files that passed is removed.
 */
export default class ReportFailures implements Reporter {
  onTestModuleEnd(module: TestModule): void {
    if (module.ok()) rmSync(logDirectoryOf(module.moduleId), { recursive: true, force: true });
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const failed = modules.filter((module) => !module.ok());
    if (failed.length === 0) return;
    const seed = process.env['TEST_SEED'];
    const lines = failed.flatMap((module) => describeFailure(module, seed));
    process.stderr.write(['', 'To repeat what failed:', ...lines, '', ''].join('\n'));
  }
}

function describeFailure(module: TestModule, seed: string | undefined): string[] {
  const file = shownPath(module.moduleId);
  const long = process.env['TEST_LONG'] === '1' ? ' TEST_LONG=1' : '';
  const alone = `TEST_SEED=${seed}${long} pnpm test ${file}`;
  const titles = [...module.children.allTests('failed')].map(({ fullName }) => fullName);
  const commands = titles.map((title) => {
    const pattern = title
      .split(' > ')
      .join(' ')
      .replace(/[.*+?^${}()|[\]\\]/g, '.');
    return `  ${alone} -t ${quoted(pattern)}`;
  });
  const logs = logDirectoryOf(module.moduleId);
  return [
    ...(commands.length === 0 ? [`  ${alone}`] : commands),
    ...(existsSync(logs) ? [`    its processes wrote to ${shownPath(logs)}/`] : []),
  ];
}

/** For a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", '.')}'`;
}

const root = resolve(import.meta.dirname, '../../../..');

/** A test file as it is named on the command line, from the root of the repository. */
function shownPath(testFile: string): string {
  return relative(root, testFile);
}

/** The directory for the output of the processes that a test file starts. */
export function logDirectoryOf(testFile: string): string {
  const name = shownPath(testFile)
    .replace(/\.test\.ts$/, '')
    .replaceAll('/', '-');
  return join(root, '.dev', 'test-logs', name);
}
