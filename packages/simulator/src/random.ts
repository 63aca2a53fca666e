import { randomBytes } from 'node:crypto';

/** A generator of numbers from 0 up to, not including, 1. */
export type Random = () => number;

/** Creates a generator. The same seed gives the same numbers on every machine. Not for secrets. */
export function createRandom(seed: string): Random {
  let state = hash(seed);
  return () => {
    // mulberry32: 32 bits of state, good enough for test data.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws a number that cannot be predicted or repeated. */
export function secureRandom(): number {
  return randomBytes(4).readUInt32BE() / 2 ** 32;
}

/** Draws a whole number from `from` to `to`, both included. */
export function drawInteger(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

/** @throws RangeError when there is nothing to pick from. */
export function pick<T>(random: Random, choices: readonly T[]): T {
  const choice = choices[Math.floor(random() * choices.length)];
  if (choice === undefined) throw new RangeError('Nothing to pick from.');
  return choice;
}

/**
 * Picks a name as often as its weight is of all weights.
 * @throws RangeError when there is nothing to pick from.
 */
export function pickWeighted<Name extends string>(
  random: Random,
  weights: Readonly<Record<Name, number>>,
): Name {
  const entries = Object.entries(weights) as [Name, number][];
  let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  throw new RangeError('Nothing to pick from.');
}

/** Draws a whole number from `from` to `to`, evenly on a logarithmic scale. For waits. */
export function drawLog(random: Random, from: number, to: number): number {
  return Math.round(from * (to / from) ** random());
}

const crockfordBase32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Makes a ULID: 10 characters of time and 16 random ones, as Sinch's ids and nonces have. */
export function ulid(atMs: number, random: Random): string {
  let time = '';
  for (let rest = atMs, digit = 0; digit < 10; digit += 1) {
    time = crockfordBase32.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  const chance = Array.from({ length: 16 }, () =>
    crockfordBase32.charAt(drawInteger(random, 0, 31)),
  );
  return time + chance.join('');
}

/** Makes a version 4 UUID, as Sinch's project ids are. */
export function uuid(random: Random): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () =>
    drawInteger(random, 0, 15).toString(16),
  );
}

/** Hashes a text with FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value | 0;
}
