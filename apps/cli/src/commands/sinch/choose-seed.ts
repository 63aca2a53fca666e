import { randomBytes } from 'node:crypto';

/** What decides every byte of a run's traffic. */
export interface Seed {
  readonly text: string;
  /** When its first message is sent. */
  readonly startAt: Date;
}

const instantAtStart = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z/;
const usualStartAt = new Date('2026-01-15T09:00:00Z');

/** Reads a seed: one that begins with an instant starts then, any other on a day of its own. */
export function readSeed(text: string): Seed {
  const instant = instantAtStart.test(text)
    ? new Date(text.replace(instantAtStart, '$1-$2-$3T$4:$5:$6Z').slice(0, 20))
    : usualStartAt;
  return { text, startAt: Number.isNaN(instant.getTime()) ? usualStartAt : instant };
}

/** A new seed, which starts at this instant, so that printing it is enough to have it all again. */
export function newSeed(startAt: Date): Seed {
  const instant = `${startAt.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  return readSeed(`${instant}-${randomBytes(3).toString('hex')}`);
}
