import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { createPace } from './pace.ts';

it('no stretch of time has more sends than its rate and one burst', () => {
  const waits = fc.array(fc.integer({ min: 0, max: 2_000 }), { maxLength: 50 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 800 }), waits, (perSecond, pauses) => {
      let nowMs = 0;
      const pace = createPace(perSecond, () => nowMs);
      let sent = 0;
      for (const pause of pauses) {
        nowMs += pause;
        const count = pace.available();
        pace.take(count);
        sent += count;
        expect(sent).toBeLessThanOrEqual(Math.max(1, perSecond / 4) + (nowMs * perSecond) / 1_000);
      }
    }),
  );
});

it('a low rate sends too', () => {
  let nowMs = 0;
  const pace = createPace(1, () => nowMs);
  pace.take(pace.available());
  expect(pace.available()).toBe(0);
  nowMs = 1_000;
  expect(pace.available()).toBe(1);
});
