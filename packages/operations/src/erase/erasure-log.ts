import { constants } from 'node:fs';
import { access, type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
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

/**
 * Opens the log for a line, which makes the file where there is none. Call it before anything is
 * erased: without a log no erasure lasts.
 * @throws ErasureLogError where it cannot be written.
 */
export async function requireErasureLog(file: string): Promise<void> {
  await (await openLog(file)).close();
}

/**
 * Appends a line, and returns when it is on the disk.
 * @throws ErasureLogError where it cannot be written.
 */
export async function appendErasure(file: string, line: ErasureLine): Promise<void> {
  const handle = await openLog(file);
  try {
    const { size } = await handle.stat();
    // A line that a kill cut must not swallow this one.
    const before = size === 0 || (await endsLine(handle, size)) ? '' : '\n';
    await handle.writeFile(`${before}${JSON.stringify(line)}\n`);
    await handle.sync();
    if (size === 0) await syncFolder(file);
  } catch (error) {
    throw notWritable(file, error);
  } finally {
    await handle.close();
  }
}

async function openLog(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'a+', 0o600);
  } catch (error) {
    throw notWritable(file, error);
  }
}

function notWritable(file: string, error: unknown): ErasureLogError {
  const advice = 'Make its directory, and let this user write it';
  return new ErasureLogError(
    `ERASURE_LOG (${file}) cannot be written: ${reasonOf(error)}. ${advice}`,
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

async function endsLine(handle: FileHandle, size: number): Promise<boolean> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString() === '\n';
}

/** The name of a new file is on the disk once its folder is. */
async function syncFolder(file: string): Promise<void> {
  const folder = await open(path.dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Appends what the log does not have of an erasure yet, if anything.
 * @param logged what it has.
 * @throws ErasureLogError where it cannot be written.
 */
export async function noteErasure(
  file: string,
  line: LoggedErasure,
  logged: LoggedErasure | undefined,
): Promise<LoggedErasure> {
  const known = new Set(logged?.digests);
  const digests = line.digests.filter((digest) => !known.has(digest));
  const all = logged ? joined(logged, line) : line;
  const isWider = JSON.stringify(factsOf(logged)) !== JSON.stringify(factsOf(all));
  if (digests.length > 0 || isWider) await appendErasure(file, { ...line, digests });
  return all;
}

function factsOf(line: LoggedErasure | undefined): unknown {
  return line && [line.cutoff, line.isForEver, line.others, line.isAtSinch ?? false, line.typed];
}

/** Joins two lines of an erasure: whatever each of them asks for. */
function joined(one: LoggedErasure, more: LoggedErasure): LoggedErasure {
  const others = [one, more].some((line) => line.others !== 'spared') ? 'lose-shared' : 'spared';
  const [cutoff = more.cutoff] = [one, more]
    .map((line) => line.cutoff)
    .sort((left, right) => Date.parse(right) - Date.parse(left));
  return {
    ...more,
    cutoff,
    isForEver: one.isForEver || more.isForEver,
    others,
    isAtSinch: [one, more].some((line) => line.isAtSinch),
    // Where a line does not say which were typed, all may have been.
    typed: union(one.typed ?? one.digests, more.typed ?? more.digests),
    digests: union(one.digests, more.digests),
  };
}

function union(one: readonly string[], other: readonly string[]): readonly string[] {
  return [...new Set([...one, ...other])];
}

export interface ErasureLog {
  /** Erasures that were not lifted since, each once. */
  readonly erasures: readonly LoggedErasure[];
  /** Ids of those that were lifted. */
  readonly lifted: readonly string[];
  /** Lines that a kill cut. The same erasure wrote a whole one when it was continued. */
  readonly cutLines: number;
}

/**
 * Reads the log, line by line. A line that is no JSON was cut by a kill.
 * @throws ErasureLogError where it is absent, empty or not to be read, or where a line is JSON and
 *   no erasure: it is another file.
 */
export async function readErasureLog(file: string): Promise<ErasureLog> {
  const erasures = new Map<string, LoggedErasure>();
  const lifted = new Set<string>();
  let cutLines = 0;
  for await (const line of linesOf(file)) {
    if (line === 'cut') cutLines += 1;
    else if (line.kind === 'lifted') {
      erasures.delete(line.id);
      lifted.add(line.id);
    } else {
      lifted.delete(line.id);
      const before = erasures.get(line.id);
      erasures.set(line.id, before ? joined(before, line) : line);
    }
  }
  if (erasures.size + lifted.size + cutLines === 0) {
    throw new ErasureLogError(`ERASURE_LOG (${file}) is empty: is this the right file?`);
  }
  return { erasures: [...erasures.values()], lifted: [...lifted], cutLines };
}

/**
 * Finds what the log has of an erasure; undefined where that is nothing. @throws ErasureLogError.
 */
export async function findLogged(file: string, id: string): Promise<LoggedErasure | undefined> {
  let found: LoggedErasure | undefined;
  for await (const line of linesOf(file)) {
    if (line === 'cut' || line.kind !== 'erased' || line.id !== id) continue;
    found = found ? joined(found, line) : line;
  }
  return found;
}

/** The state of a log, for people. */
export type ErasureLogState =
  | { readonly kind: 'unusable'; readonly reason: string }
  | {
      readonly kind: 'usable';
      /** Erasures of the database that it does not have: no restore repeats them. */
      readonly missing: number;
      readonly cutLines: number;
    };

/** Compares the log with the ids of the database's erasures. Changes nothing, and makes no file. */
export async function inspectErasureLog(
  file: string,
  ids: readonly string[] = [],
): Promise<ErasureLogState> {
  try {
    const exists = await canWrite(file);
    if (!exists && ids.length === 0) return { kind: 'usable', missing: 0, cutLines: 0 };
    const { erasures, lifted, cutLines } = await readErasureLog(file);
    const logged = new Set([...erasures.map(({ id }) => id), ...lifted]);
    return { kind: 'usable', missing: ids.filter((id) => !logged.has(id)).length, cutLines };
  } catch (error) {
    if (!(error instanceof ErasureLogError)) throw error;
    return { kind: 'unusable', reason: error.message };
  }
}

/** Returns false where the file is absent and can be made. @throws ErasureLogError. */
async function canWrite(file: string): Promise<boolean> {
  try {
    await access(file, constants.R_OK | constants.W_OK);
    return true;
  } catch (error) {
    if (reasonOf(error) !== 'ENOENT') throw notWritable(file, error);
  }
  try {
    await access(path.dirname(file), constants.W_OK);
    return false;
  } catch (error) {
    throw notWritable(file, error);
  }
}

async function* linesOf(file: string): AsyncGenerator<ErasureLine | 'cut'> {
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
      yield value ?? 'cut';
    }
  } finally {
    await handle.close();
  }
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
