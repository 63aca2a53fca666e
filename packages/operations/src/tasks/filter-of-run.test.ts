import { expect, it } from 'vitest';
import { filterOfRun } from './filter-of-run.ts';

it('a run has the filter that it was started with', () => {
  const tasks = { handler: 'crm-sync', occurrences: ['ab'], since: '2026-11-27T00:00:00.000Z' };
  expect(filterOfRun({ tasks })).toEqual({
    handler: 'crm-sync',
    occurrences: ['ab'],
    since: new Date('2026-11-27T00:00:00Z'),
    until: undefined,
  });
});

it('a condition of another release is refused: without it the run would change every task', () => {
  const tasks = { eventDigests: ['ab'] };
  expect(() => filterOfRun({ tasks } as Parameters<typeof filterOfRun>[0])).toThrow('eventDigests');
});

it('a run about letters has no filter of tasks', () => {
  expect(() => filterOfRun({ keys: [] })).toThrow(TypeError);
});
