import { join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../../..');

/** A test file as it is named on the command line, from the root of the repository. */
export function shownPath(testFile: string): string {
  return relative(root, testFile);
}

/** The directory for the output of the processes that a test file starts. */
export function logDirectoryOf(testFile: string): string {
  const name = shownPath(testFile)
    .replace(/\.test\.ts$/, '')
    .replaceAll('/', '-');
  return join(root, '.dev', 'test-logs', name);
}
