import type { KeyedBody } from '../keyed-body.ts';
import { createRandom, drawInteger } from '../random.ts';
import { callbackStream } from '../traffic/callback-stream.ts';

export interface DrawOptions {
  readonly seed: string;
  readonly startAt: Date;
  /** How many of the events come twice, from 0 to 1. */
  readonly copyShare: number;
}

/** The next callback to be sent: of a new event, or a copy of one before. */
export interface CallbackDraw {
  next(): KeyedBody;
  /** Makes so many bodies now, so that they cost nothing when they are due. */
  prepare(events: number): void;
}

/** A copy follows its event within so many callbacks, while the first may still be under way. */
const longestDistance = 200;

/** The same options give the same callbacks in the same order, prepared or not. */
export function createCallbackDraw({ seed, startAt, copyShare }: DrawOptions): CallbackDraw {
  const stream = callbackStream({ seed, startAt });
  // Copies take no draws from the events: the same seed has the same events, with any share.
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
