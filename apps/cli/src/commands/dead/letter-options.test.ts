import { describe, expect, it } from 'vitest';
import { selectLetters } from './letter-options.ts';

const since = new Date('2026-11-23T06:00:00Z');

describe('selectLetters', () => {
  it('takes keys, each once', () => {
    expect(selectLetters(['a', 'b', 'a'], {})).toEqual({ kind: 'keys', keys: ['a', 'b'] });
  });

  it('takes a filter without --all', () => {
    expect(selectLetters([], { since })).toMatchObject({ kind: 'filter', filter: { since } });
  });

  it('does not act on everything without --all', () => {
    expect(() => selectLetters([], {})).toThrow('--all');
    expect(selectLetters([], { all: true })).toMatchObject({ kind: 'filter' });
    expect(selectLetters([], { dryRun: true })).toMatchObject({ kind: 'filter' });
  });

  it('refuses keys together with anything else that chooses', () => {
    expect(() => selectLetters(['a'], { all: true })).toThrow('cannot be combined');
    expect(() => selectLetters(['a'], { trigger: 'OPT_IN' })).toThrow('cannot be combined');
  });

  it('refuses a time span that holds nothing', () => {
    expect(() => selectLetters([], { since, until: since })).toThrow('--since must be before');
  });
});
