import { constants } from 'node:fs';
import { access, type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import {
  type ErasureLine,
  ErasureLogError,
  type LoggedErasure,
  linesOf,
  reasonOf,
} from './erasure-lines.ts';

/**
 * Opens the log for a line, which makes the file where there is none. Call it before anything is
 * erased: without a log no erasure lasts.
 * @throws ErasureLogError where it cannot be written, or is another file.
 */
export async function requireErasureLog(file: string): Promise<void> {
  await (await openLog(file)).close();
  let hasForeign = false;
  for await (const line of linesOf(file)) {
    if (line.kind !== 'cut') return;
    hasForeign ||= line.isForeign;
  }
  if (hasForeign) throw noErasures(file);
}

function noErasures(file: string): ErasureLogError {
  return new ErasureLogError(`ERASURE_LOG (${file}) has no erasure: is this the right file?`);
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
 *   no erasure, or no line is one: it is another file.
 */
export async function readErasureLog(file: string): Promise<ErasureLog> {
  const log = await readLines(file);
  if (log.erasures.length + log.lifted.length + log.cutLines === 0) {
    throw new ErasureLogError(`ERASURE_LOG (${file}) is empty: is this the right file?`);
  }
  return log;
}

/** Reads the log, also one that has nothing yet. @throws ErasureLogError. */
async function readLines(file: string): Promise<ErasureLog> {
  const erasures = new Map<string, LoggedErasure>();
  const lifted = new Set<string>();
  let cutLines = 0;
  let hasForeign = false;
  for await (const line of linesOf(file)) {
    if (line.kind === 'cut') {
      cutLines += 1;
      hasForeign ||= line.isForeign;
    } else if (line.kind === 'lifted') {
      erasures.delete(line.id);
      lifted.add(line.id);
    } else {
      lifted.delete(line.id);
      const before = erasures.get(line.id);
      erasures.set(line.id, before ? joined(before, line) : line);
    }
  }
  if (hasForeign && erasures.size + lifted.size === 0) throw noErasures(file);
  return { erasures: [...erasures.values()], lifted: [...lifted], cutLines };
}

/**
 * Finds what the log has of an erasure since it was lifted, if it was; undefined where that is
 * nothing.
 * @throws ErasureLogError.
 */
export async function findLogged(file: string, id: string): Promise<LoggedErasure | undefined> {
  let found: LoggedErasure | undefined;
  for await (const line of linesOf(file)) {
    if (line.kind === 'cut' || line.id !== id) continue;
    if (line.kind === 'lifted') found = undefined;
    else found = found ? joined(found, line) : line;
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
    const { erasures, lifted, cutLines } = await readLines(file);
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
