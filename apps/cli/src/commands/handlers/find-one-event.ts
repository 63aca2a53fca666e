import {
  type CallbackEvent,
  occurrenceOf,
  rawBodyText,
  readSinchEvent,
} from '@sinch-callbacks/core';
import { type Database, findEvent, findStoredByKey } from '@sinch-callbacks/db';
import { readTypedKey } from '@sinch-callbacks/operations';
import { UsageError } from '../../failure.ts';
import { oneLine } from '../../terminal/format.ts';

const searchLimit = 5;

/**
 * Finds the stored event with this key, or the only one whose key begins so. Returns `undefined`
 * where there is none.
 * @throws UsageError for a text that is no key, and where several keys begin so.
 */
export async function findOneEvent(
  database: Database,
  text: string,
): Promise<CallbackEvent | undefined> {
  const pattern = readTypedKey(text);
  if (pattern === undefined) throw new UsageError('give an event key, or more of its beginning');
  const beginning = 'beginning' in pattern ? pattern.beginning : undefined;
  const digest = 'digest' in pattern ? pattern.digest : undefined;
  const found = await findStoredByKey(database, { beginning, digest }, searchLimit);
  if (found.length > 1) {
    const several = found.map(({ eventKey, digest: one }) => `\n  ${oneLine(eventKey ?? one)}`);
    throw new UsageError(`several events begin so:${several.join('')}`);
  }
  const [only] = found;
  return only && (await findEvent(database, only.digest));
}

/** Event keys, and the things that happened which their events are about. */
export type FoundOccurrences =
  | { readonly kind: 'found'; readonly occurrences: readonly string[] }
  /** This text is the key of no stored event that can have tasks. */
  | { readonly kind: 'not-found'; readonly text: string };

/**
 * Finds what the events of these keys are about. A copy of a callback has the tasks of the first.
 * @throws UsageError as {@link findOneEvent} does.
 */
export async function findOccurrences(
  database: Database,
  texts: readonly string[],
): Promise<FoundOccurrences> {
  const occurrences = new Set<string>();
  for (const text of texts) {
    const event = await findOneEvent(database, text);
    const body = event && rawBodyText(event.rawBody);
    const reading = body === undefined ? undefined : readSinchEvent(body);
    if (body === undefined || reading?.kind !== 'known') return { kind: 'not-found', text };
    occurrences.add(occurrenceOf(reading.event, body));
  }
  return { kind: 'found', occurrences: [...occurrences] };
}
