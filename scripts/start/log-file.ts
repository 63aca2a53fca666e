import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Places } from './places.ts';

/** Everything a part writes, by part; begun anew with each run. */
export function logFile(places: Places, name: string): WriteStream {
  return createWriteStream(join(places.logs, `${name}.log`), { mode: 0o600 });
}
