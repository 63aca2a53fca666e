import type { KeyedBody } from '../keyed-body.ts';
import { createRandom, drawInteger } from '../random.ts';
import { callbackStream } from '../traffic/callback-stream.ts';

export interface DrawOptions {
  readonly seed: string;
  readonly startAt: Date;
  /** The share of events that come twice, from 0 to 1. */
  readonly copyShare: number;
}

/** A source of callbacks: each of a new event, or a copy of an earlier one. */
export interface CallbackDraw {
  next(): KeyedBody;
  /** Makes this number of bodies now, so that they cost no time when they are due. */
  prepare(events: number): void;
}

/** A copy follows its event within this number of callbacks; the first may still be in progress. */
const longestDistance = 200;

/** Creates a source; the same options give the same callbacks in the same order. */
export function createCallbackDraw({ seed, startAt, copyShare }: DrawOptions): CallbackDraw {
  const stream = callbackStream({ seed, startAt });
  // Copies have a generator of their own, so a seed gives the same events with any share.
  const random = createRandom(`${seed} copies`);
  const ready: KeyedBody[] = [];
  const copies: { readonly place: number; readonly callback: KeyedBody }[] = [];
  let [place, taken] = [0, 0];

  function nextEvent(): KeyedBody {
    const prepared = ready[taken];
    if (prepared === undefined) return stream.next().value;
    taken += 1;
    if (taken === ready.length) {
      ready.length = 0;
      taken = 0;
    }
    return prepared;
  }

  return {
    next() {
      place += 1;
      if (copies[0] !== undefined && copies[0].place <= place) {
        const copy = copies.shift();
        if (copy !== undefined) return copy.callback;
      }
      const callback = nextEvent();
      if (random() < copyShare) {
        copies.push({ place: place + drawInteger(random, 1, longestDistance), callback });
      }
      return callback;
    },
    prepare(events) {
      for (let made = 0; made < events; made += 1) ready.push(stream.next().value);
    },
  };
}
