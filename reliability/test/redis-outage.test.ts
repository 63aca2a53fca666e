import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { expect, inject, it } from 'vitest';
import { runOutage } from '../outage/run-outage.ts';

it.each(['stop', 'freeze'] as const)(
  'callbacks that keep coming while Redis is down are all answered 200 and all applied: %s',
  async (how) => {
    const database = await createDatabase(inject('postgresUrl'));
    const result = await runOutage({
      how,
      downSeconds: 5,
      beforeSeconds: 1,
      afterSeconds: 1,
      ratePerSecond: 20,
      databaseUrl: database.url,
    });
    await database.drop();
    const { sent, statuses } = result.whole;
    expect(statuses).toEqual({ 200: sent });
    expect(result.events).toEqual({ APPLIED: sent });
    expect(result.away.sent).toBeGreaterThan(50);
    // Events in the queue on Postgres are applied at once, not only when Redis is back.
    expect(result.appliedBeforeReturn).toBeGreaterThan(result.sentBefore);
  },
  240_000,
);
