import { describe, expect, it } from 'vitest';
import { faultNames } from './plan/faults.ts';
import { commandOf, readOptions } from './read-options.ts';

const optionsOf = (...args: string[]) => {
  const reading = readOptions(args);
  if (reading.kind !== 'options') throw new Error(JSON.stringify(reading));
  return reading.options;
};

describe('the options of pnpm chaos', () => {
  it('are one round of each fault and a new seed by default', () => {
    const options = optionsOf();
    expect(options).toMatchObject({ rounds: 1, faults: faultNames, json: false, keep: false });
    expect(options.seed).not.toBe(optionsOf().seed);
  });

  it('include the long schedule', () => {
    expect(optionsOf('--long').rounds).toBe(20);
  });

  it.each([
    ['--rounds', '0'],
    ['--rounds', 'many'],
    ['--rounds', '3', '--long'],
    ['--faults', 'kill-redis,meteor'],
    ['--faults', ''],
    ['--seed', ''],
    ['--nonsense'],
    ['stray'],
  ])('refuse %s %s', (...args) => {
    expect(readOptions(args).kind).toBe('bad-usage');
  });

  it('are in the command that repeats the run', () => {
    const options = optionsOf('--seed', 's1', '--rounds', '2', '--faults', 'kill-redis,cut-redis');
    const [, , ...args] = commandOf(options).split(' ');
    expect(optionsOf(...args)).toEqual({ ...options, keep: true });
  });
});
