import { access, constants, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../../../failure.ts';
import type { Terminal } from '../../../terminal/terminal.ts';
import type { LoadResult } from '../load-result.ts';
import { htmlReport } from './html-report.ts';

/**
 * Asked before a long load, not after it. A file that is there is written over.
 * @throws UsageError where no file can be written.
 */
export async function requireWritable(file: string): Promise<void> {
  try {
    await access(path.dirname(path.resolve(file)), constants.W_OK);
  } catch (error) {
    throw new UsageError(`--report ${file}: its folder is not there, or not writable`, {
      cause: error,
    });
  }
  const there = await stat(file).catch(() => undefined);
  if (there?.isDirectory()) throw new UsageError(`--report ${file} is a folder; name a file`);
}

export async function writeReport(
  file: string,
  result: LoadResult,
  terminal: Terminal,
): Promise<void> {
  await writeFile(file, htmlReport(result));
  terminal.note(`report: ${path.resolve(file)}`);
}
