import {
  type Database,
  type DeadLetterFilter,
  findKeysByPrefix,
  listDeadLetters,
  type RunFilter,
} from '@sinch-callbacks/db';

/** The dead letters that an operation acts on. */
export type LetterSelection =
  /** These keys. Each is looked up on its own, so that a wrong key is reported. */
  | { readonly kind: 'keys'; readonly keys: readonly string[] }
  /** All open letters that match. */
  | { readonly kind: 'filter'; readonly filter: DeadLetterFilter };

/** Several dead letters begin with the text that was given for one. */
export class AmbiguousKeyError extends Error {
  override readonly name = 'AmbiguousKeyError';
  /** The text as it was given. */
  readonly text: string;

  constructor(text: string) {
    super('several dead letters begin with this text');
    this.text = text;
  }
}

const pageSize = 500;
const wholeDigest = /(?:^|\.)([0-9a-f]{32})$/;

/**
 * Replaces the keys that people type by the keys that are stored. A person types a whole key, the
 * digits at its end, or the beginning of either. A text that no key begins with stays as it is.
 * @throws AmbiguousKeyError when several keys begin with one text.
 */
export async function resolveSelection(
  database: Database,
  selection: LetterSelection,
): Promise<LetterSelection> {
  if (selection.kind === 'filter') return selection;
  return { kind: 'keys', keys: await resolveKeys(database, selection.keys) };
}

async function resolveKeys(
  database: Database,
  texts: readonly string[],
): Promise<readonly string[]> {
  const known = new Map<string, string>();
  for (let from = 0; from < texts.length; from += pageSize) {
    const keys = texts.slice(from, from + pageSize).filter((text) => wholeDigest.test(text));
    const filter = { keys, includeResolved: true };
    for (const { eventKey } of await listDeadLetters(database, filter, { limit: pageSize })) {
      known.set(digestAt(eventKey), eventKey);
    }
  }
  const resolved = new Set<string>();
  for (const text of texts) {
    resolved.add(known.get(digestAt(text)) ?? (await byPrefix(database, text)));
  }
  return [...resolved];
}

function digestAt(text: string): string {
  return wholeDigest.exec(text)?.[1] ?? '';
}

async function byPrefix(database: Database, text: string): Promise<string> {
  if (text === '' || wholeDigest.test(text)) return text;
  const [first, another] = await findKeysByPrefix(database, text, 2);
  if (another !== undefined) throw new AmbiguousKeyError(text);
  return first ?? text;
}

/** Converts a selection for the audit. Times become absolute, so that they mean the same later. */
export function runFilterOf(selection: LetterSelection): RunFilter {
  if (selection.kind === 'keys') return { keys: selection.keys };
  const { trigger, appId, errorClass, fingerprint, since, until } = selection.filter;
  const times = { since: since?.toISOString(), until: until?.toISOString() };
  return { where: { trigger, appId, errorClass, fingerprint, ...times } };
}

/** Converts the audit's filter back: the inverse of {@link runFilterOf}. */
export function selectionOf(filter: RunFilter): LetterSelection {
  if ('tasks' in filter) throw new TypeError('the run is about tasks of handlers');
  if ('keys' in filter) return { kind: 'keys', keys: filter.keys };
  const { since, until, ...where } = filter.where;
  const times = { since: dateOf(since), until: dateOf(until) };
  return { kind: 'filter', filter: { ...where, ...times } };
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
