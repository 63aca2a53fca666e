import { expect, it } from 'vitest';
import { createAppsSeen, otherApps } from './apps-seen.ts';

it('has the latest callback of each app, in whatever order they are applied', () => {
  const seen = createAppsSeen();
  seen.record('A', '2026-01-02T03:04:06.000Z');
  seen.record('A', '2026-01-02T03:04:05.000Z');
  seen.record(undefined, '2026-01-02T03:04:07.000Z');
  expect(seen.takeUpdates()).toEqual([
    { appId: 'A', lastCallbackAt: new Date('2026-01-02T03:04:06.000Z') },
  ]);
  expect(seen.takeUpdates()).toEqual([]);
});

it('keeps apart 50 apps, and has one name for all others', () => {
  const seen = createAppsSeen();
  for (let n = 0; n < 60; n += 1) seen.record(`APP${n}`, '2026-01-02T03:04:05.000Z');
  const ids = seen.takeUpdates().map(({ appId }) => appId);
  expect(ids).toHaveLength(51);
  expect(ids.at(-1)).toBe(otherApps);
});
