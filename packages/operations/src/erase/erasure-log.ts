import { open, readFile } from 'node:fs/promises';

/** One line of ERASURE_LOG. No identity is in it: digests are nothing without ERASURE_KEY. */
export type ErasureLine =
  | {
      readonly kind: 'erased';
      readonly id: string;
      /** ISO 8601, UTC. */
      readonly at: string;
      readonly cutoff: string;
      readonly isForEver: boolean;
      readonly operator: string;
      readonly digests: readonly string[];
    }
  | { readonly kind: 'lifted'; readonly id: string; readonly at: string };

export type LoggedErasure = Extract<ErasureLine, { kind: 'erased' }>;

/** A line that is neither empty nor one of ours: one that a kill cut, or another file. */
export class ErasureLogError extends Error {
  override readonly name = 'ErasureLogError';
  readonly code = 'erasure-log';
}

/**
 * Appends a line, and returns when it is on the disk.
 * @throws Node's error where the file cannot be written.
 */
export async function appendErasure(file: string, line: ErasureLine): Promise<void> {
  const text = await readText(file);
  // A line that a kill cut must not swallow this one.
  const before = text === '' || text.endsWith('\n') ? '' : '\n';
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.write(`${before}${JSON.stringify(line)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export interface ErasureLog {
  /** Erasures that were not lifted since, each once. */
  readonly erasures: readonly LoggedErasure[];
  /** Lines that a kill cut. The same erasure wrote a whole one when it was continued. */
  readonly cutLines: number;
}

/**
 * Reads the log. A line that is no JSON was cut by a kill.
 * @throws ErasureLogError where a line is JSON and no erasure: it is another file.
 */
export async function readErasureLog(file: string): Promise<ErasureLog> {
  const erasures = new Map<string, LoggedErasure>();
  let cutLines = 0;
  for (const [index, text] of (await readText(file)).split('\n').entries()) {
    if (text.trim() === '') continue;
    const value = parseJson(text);
    if (value === undefined) cutLines += 1;
    else if (!isErasureLine(value)) {
      throw new ErasureLogError(`line ${index + 1} of ERASURE_LOG is not an erasure`);
    } else if (value.kind === 'erased') erasures.set(value.id, value);
    else erasures.delete(value.id);
  }
  return { erasures: [...erasures.values()], cutLines };
}

function isErasureLine(value: unknown): value is ErasureLine {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('id' in value)) {
    return false;
  }
  if (value.kind === 'lifted') return true;
  return value.kind === 'erased' && 'digests' in value && Array.isArray(value.digests);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
