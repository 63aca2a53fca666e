import { expect, test } from 'vitest';
import { readOptions } from './read-options.ts';

test('every benchmark runs unless some are named', () => {
  const every = ['ingest', 'worker', 'end-to-end', 'growth', 'cost', 'scale'];
  expect(readOptions([])).toMatchObject({
    options: { benchmarks: every, rounds: 5, quick: false },
  });
  expect(readOptions(['worker', 'worker', '--quick'])).toMatchObject({
    options: { benchmarks: ['worker'], rounds: 1, quick: true },
  });
});

test.each([
  [['speed'], 'no benchmark "speed"'],
  [['--rounds', '0'], '--rounds takes'],
  [['--events', 'many'], '--events takes'],
  [['--fast'], "Unknown option '--fast'"],
])('%j is bad usage, and the message says why', (args, problem) => {
  const reading = readOptions(args);
  expect(reading.kind).toBe('bad-usage');
  expect(reading).toHaveProperty('problem', expect.stringContaining(problem));
});

test('help names every benchmark', () => {
  const reading = readOptions(['--help']);
  expect(reading).toHaveProperty('text', expect.stringContaining('end-to-end'));
});
