import { findTypedErasures, liftErasures, type PersonKey, typedDigests } from '@sinch-callbacks/db';
import { type ErasureTools, requireLogAndKey } from './erase-person.ts';
import { appendErasure } from './erasure-log.ts';

/** The end of a lift. `running`: an erasure of the person has not ended, and nothing is lifted. */
export type LiftResult =
  | { readonly kind: 'lifted'; readonly count: number }
  | { readonly kind: 'running' };

/**
 * Takes a person off the list, by what named it in its erasure. The log comes first: after a kill
 * in between, the same call and a repetition of the log lift it too.
 * @throws ErasureLogError, WrongErasureKeyError or DatabaseUnavailableError.
 */
export async function liftErasure(
  tools: Pick<ErasureTools, 'database' | 'keys' | 'logFile' | 'now'>,
  key: PersonKey,
): Promise<LiftResult> {
  const { database, keys, logFile, now } = tools;
  await requireLogAndKey(tools);
  const { done, running } = await findTypedErasures(database, typedDigests(key, keys));
  if (running.length > 0) return { kind: 'running' };
  for (const id of done) {
    await appendErasure(logFile, { kind: 'lifted', id, at: now().toISOString() });
  }
  return { kind: 'lifted', count: (await liftErasures(database, done)).length };
}
