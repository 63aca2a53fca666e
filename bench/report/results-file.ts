import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Results } from './merge-results.ts';

/** What earlier runs have left; `undefined` where there is nothing. */
export async function readResults(path: string): Promise<Results | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Results;
  } catch (error) {
    throw new Error(`${path} is not JSON: remove it, or mend it.`, { cause: error });
  }
}

/** Wholly or not at all. */
export async function writeResults(path: string, results: Results): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(results, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
}
