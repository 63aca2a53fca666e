import { type FileHandle, open } from 'node:fs/promises';
import type { OtherContacts } from '@sinch-callbacks/db';

/**
 * One line of ERASURE_LOG. No identity is in it: digests are nothing without ERASURE_KEY. A later
 * line of the same erasure adds to it.
 */
export type ErasureLine =
  | {
      readonly kind: 'erased';
      readonly id: string;
      /** The key that made the digests. */
      readonly keyId?: string;
      /** ISO 8601, UTC. */
      readonly at: string;
      readonly cutoff: string;
      readonly isForEver: boolean;
      readonly others?: OtherContacts;
      /** True where the person is to be deleted at Sinch too. */
      readonly isAtSinch?: boolean;
      readonly operator: string;
      /** Those of the digests that named the person. */
      readonly typed?: readonly string[];
      readonly digests: readonly string[];
    }
  | { readonly kind: 'lifted'; readonly id: string; readonly at: string };

export type LoggedErasure = Extract<ErasureLine, { kind: 'erased' }>;

/** A log that cannot be used: absent, another file, or not to be written. */
export class ErasureLogError extends Error {
  override readonly name = 'ErasureLogError';
  readonly code = 'erasure-log';
}

/** A line that is no JSON. A foreign one is not the beginning of an erasure either. */
type CutLine = { readonly kind: 'cut'; readonly isForeign: boolean };

/**
 * Reads the lines of ERASURE_LOG.
 * @throws ErasureLogError where it is absent or not to be read, or where a line is JSON and no
 *   erasure.
 */
export async function* linesOf(file: string): AsyncGenerator<ErasureLine | CutLine> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    const why = reasonOf(error) === 'ENOENT' ? 'there is no such file' : reasonOf(error);
    throw new ErasureLogError(`ERASURE_LOG (${file}) cannot be read: ${why}`);
  }
  try {
    let number = 0;
    for await (const text of handle.readLines()) {
      number += 1;
      if (text.trim() === '') continue;
      const value = parseJson(text);
      if (value !== undefined && !isErasureLine(value)) {
        throw new ErasureLogError(
          `line ${number} of ERASURE_LOG is not an erasure: is this the right file?`,
        );
      }
      yield value ?? { kind: 'cut', isForeign: !beginsLine(text) };
    }
  } finally {
    await handle.close();
  }
}

/** Every line begins with its kind. */
const beginning = '{"kind":"';

function beginsLine(text: string): boolean {
  return text.startsWith(beginning) || beginning.startsWith(text);
}

function isErasureLine(value: unknown): value is ErasureLine {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('id' in value)) {
    return false;
  }
  if (value.kind === 'lifted') return true;
  if (value.kind !== 'erased' || !('cutoff' in value)) return false;
  const hasCutoff = typeof value.cutoff === 'string' && !Number.isNaN(Date.parse(value.cutoff));
  return hasCutoff && 'digests' in value && Array.isArray(value.digests);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The code of a failure of the file. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
