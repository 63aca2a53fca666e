import { describe, expect, it } from 'vitest';
import { settledAs } from './wait-for-replays.ts';

const deadAt = new Date('2026-11-23T18:00:00.123Z');
const letter = { key: 'k', deadAt };
const open = { deadAt, resolvedAt: undefined, resolution: undefined };

describe('settledAs', () => {
  it('waits while nothing has changed', () => {
    expect(settledAs(letter, open)).toBeUndefined();
    expect(settledAs(letter, undefined)).toBeUndefined();
  });

  it('distinguishes a new death from the old one by its time, even if that clock runs behind', () => {
    const earlier = new Date(deadAt.getTime() - 5_000);
    expect(settledAs(letter, { ...open, deadAt: earlier })).toBe('dead-again');
  });

  it('says how it was resolved', () => {
    const resolvedAt = new Date();
    expect(settledAs(letter, { ...open, resolvedAt, resolution: 'APPLIED' })).toBe('applied');
    expect(settledAs(letter, { ...open, resolvedAt, resolution: 'DISCARDED' })).toBe('discarded');
  });
});
