import { randomBytes } from 'node:crypto';

/** The seed of a run's traffic. The same seed gives the same bytes. */
export interface Seed {
  readonly text: string;
  /** The time of the first message. */
  readonly startAt: Date;
}

const instantAtStart = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z/;
const usualStartAt = new Date('2026-01-15T09:00:00Z');

/** Reads a seed. One that begins with an instant starts then; any other on a fixed day. */
export function readSeed(text: string): Seed {
  const instant = instantAtStart.test(text)
    ? new Date(text.replace(instantAtStart, '$1-$2-$3T$4:$5:$6Z').slice(0, 20))
    : usualStartAt;
  return { text, startAt: Number.isNaN(instant.getTime()) ? usualStartAt : instant };
}

/** Creates a seed that contains its start, so that the printed seed repeats the whole run. */
export function newSeed(startAt: Date): Seed {
  const instant = `${startAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  return readSeed(`${instant}-${randomBytes(3).toString('hex')}`);
}
