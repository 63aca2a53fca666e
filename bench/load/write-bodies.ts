import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { makeEvents } from '../events/make-events.ts';

/** Bodies for a load, a JSON string per line; and their event keys, by line. */
export interface Bodies {
  readonly file: string;
  readonly keys: readonly string[];
}

export async function writeBodies(directory: string, count: number, seed: string): Promise<Bodies> {
  const file = join(directory, `bodies-${seed}.jsonl`);
  const stream = createWriteStream(file);
  const keys: string[] = [];
  for (const { key, rawBody } of makeEvents(count, seed)) {
    keys.push(key);
    stream.write(`${JSON.stringify(rawBody.text)}\n`);
  }
  stream.end();
  await finished(stream);
  return { file, keys };
}
