import { expect, it } from 'vitest';
import { newSeed, readSeed } from './choose-seed.ts';

it('a new seed says when it starts, and reading it again starts then', () => {
  const seed = newSeed(new Date('2026-11-23T18:05:44.900Z'));
  expect(seed.text).toMatch(/^20261123T180544Z-[0-9a-f]{6}$/);
  expect(readSeed(seed.text)).toEqual(seed);
  expect(seed.startAt).toEqual(new Date('2026-11-23T18:05:44Z'));
});

it.each(['demo', '', '20269999T999999Z-x'])('%j starts on a day of its own', (text) => {
  expect(readSeed(text)).toEqual({ text, startAt: new Date('2026-01-15T09:00:00Z') });
});
