import { drawInteger, type Random } from '../../random.ts';

/** An instant as Sinch writes it, with microseconds. */
export interface SinchInstant {
  readonly text: string;
  readonly atMs: number;
}

/** The clock of the API. */
export interface SinchClock {
  /**
   * Returns the present instant. Each is later than the one before, so that texts order messages.
   */
  next(): SinchInstant;
  /** Returns the present time as a channel writes it, in whole seconds. */
  channelTime(): string;
}

export function createSinchClock(clock: () => Date, random: Random): SinchClock {
  let lastMicros = 0;
  return {
    next() {
      const drawn = clock().getTime() * 1_000 + drawInteger(random, 0, 999);
      lastMicros = Math.max(lastMicros + 1, drawn);
      const atMs = Math.floor(lastMicros / 1_000);
      const micros = String(lastMicros % 1_000).padStart(3, '0');
      return { text: `${new Date(atMs).toISOString().slice(0, -1)}${micros}Z`, atMs };
    },
    channelTime: () => `${clock().toISOString().slice(0, 19)}Z`,
  };
}
