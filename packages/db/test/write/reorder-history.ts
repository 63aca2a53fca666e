import * as fc from 'fast-check';
import type { EventToWrite } from '../../src/index.ts';
import { eventOf, toWrite } from '../support.ts';

/** Makes events of the texts, received one after the other and signed about then. */
export function eventsOf(texts: readonly string[]): EventToWrite[] {
  return texts.map((text, index) => {
    const event = eventOf(text, `2026-01-02T03:04:05.${String(100 + index)}Z`);
    const timestampSeconds = 1_767_323_040 + index;
    const signature = { timestampSeconds, nonce: `N${index}`, secretPosition: 0, isStale: false };
    return toWrite({ ...event, signature });
  });
}

/**
 * Makes the texts of a history, and the same events in another order, repeated, and divided into
 * batches: as places in the history, so that a counterexample can be read.
 */
export const reorderedHistory = (histories: fc.Arbitrary<readonly string[]>) =>
  histories.chain((texts) => {
    const places = texts.map((_, place) => place);
    const reordered = fc
      .tuple(
        fc.shuffledSubarray(places, { minLength: places.length }),
        fc.array(fc.constantFrom(...places), { maxLength: 6 }),
        fc.array(fc.nat(20), { maxLength: 4 }),
      )
      .map(([shuffled, repeated, cuts]) => divideAt([...shuffled, ...repeated], cuts));
    return fc.tuple(fc.constant(texts), reordered);
  });

/** Makes the events of a history in both orders. */
export function eventsInBothOrders([texts, batches]: readonly [
  readonly string[],
  readonly (readonly number[])[],
]) {
  const events = eventsOf(texts);
  const reordered = batches.map((places) => places.flatMap((place) => events[place] ?? []));
  return { events, reordered };
}

function divideAt(places: readonly number[], cuts: readonly number[]): number[][] {
  const edges = [0, ...cuts.map((cut) => Math.min(cut, places.length)), places.length];
  const sorted = edges.toSorted((a, b) => a - b);
  return sorted.slice(1).map((end, index) => places.slice(sorted[index], end));
}
