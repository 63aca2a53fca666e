import { existsSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Prints, at the end of a run, the command that repeats each failed test with the same seed. It
 * also names the directory with the output of its processes; that of passed files is removed.
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

/** Quotes a text for a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", '.')}'`;
}

const root = resolve(import.meta.dirname, '../../../..');

/** Returns the path of a test file from the root of the repository. */
function shownPath(testFile: string): string {
  return relative(root, testFile);
}

/** Returns the directory for the output of the processes that a test file starts. */
export function logDirectoryOf(testFile: string): string {
  const name = shownPath(testFile)
    .replace(/\.test\.ts$/, '')
    .replaceAll('/', '-');
  return join(root, '.dev', 'test-logs', name);
}
