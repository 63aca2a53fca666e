import { randomBytes } from 'node:crypto';

/** Draws a number from 0 up to, not including, 1. */
export type Random = () => number;

/** The same seed gives the same draws, on every machine. Not for secrets. */
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

/** Draws that cannot be foreseen or repeated. */
export function secureRandom(): number {
  return randomBytes(4).readUInt32BE() / 2 ** 32;
}

/** A whole number from `from` to `to`, both included. */
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

/** A whole number from `from` to `to`; each doubling is as likely as the next. For waits. */
export function drawLog(random: Random, from: number, to: number): number {
  return Math.round(from * (to / from) ** random());
}

const crockfordBase32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 26 characters: 10 of the time, 16 of chance. Sinch's ids and nonces look like this. */
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

/** A version 4 UUID. Sinch's project ids look like this. */
export function uuid(random: Random): string {
  return 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replaceAll('x', () =>
    drawInteger(random, 0, 15).toString(16),
  );
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value | 0;
}
