import { describe, expect, it } from 'vitest';
import { weekOf, weekOfTable, weeksAround } from './weeks.ts';

describe('a week', () => {
  it('begins on Monday in UTC and ends where the next one begins', () => {
    for (const at of ['2026-11-23T00:00:00Z', '2026-11-27T12:00:00Z', '2026-11-29T23:59:59.999Z']) {
      expect(weekOf(new Date(at))).toEqual({
        table: 'callback_event_w20261123',
        start: new Date('2026-11-23T00:00:00Z'),
        end: new Date('2026-11-30T00:00:00Z'),
      });
    }
  });

  it('is known by the name of its partition', () => {
    for (const week of weeksAround(new Date('2026-12-31T00:00:00Z'), -3, 60)) {
      expect(weekOfTable(week.table)).toEqual(week);
      expect(weekOf(week.start)).toEqual(week);
    }
    expect(weekOfTable('callback_event_default')).toBeUndefined();
  });
});
