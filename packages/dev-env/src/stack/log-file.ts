import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { StackPaths } from './paths.ts';

/** Everything a part writes, by part; begun anew with each run. */
export function logFile(paths: StackPaths, name: string): WriteStream {
  return createWriteStream(join(paths.logs, `${name}.log`), { mode: 0o600 });
}
