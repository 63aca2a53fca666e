import { expect, it } from 'vitest';
import { factsOf, greatest, only } from '../../decide/decide-event.fixture.ts';

const late = '2026-11-21T10:00:00Z';
const early = '2026-11-20T10:00:00Z';

const recordOf = (record_status: string | undefined, event_time: string) =>
  only(factsOf({ event_time, record_notification: { entity_id: 'e', record_status } }).records)
    .record;

const batchOf = (batch_status: string | undefined, event_time: string) =>
  only(
    factsOf({ event_time, batch_status_update_notification: { batch_id: 'b', batch_status } })
      .batches,
  ).batch;

it('a record that is stored stays so, whatever is reported later', () => {
  for (const other of ['RECORD_STATUS_UNSPECIFIED', undefined, 'BRAND_NEW']) {
    const both = [recordOf('EVENT_RECORD_STORED', early), recordOf(other, late)];
    expect(greatest(both).status).toBe('EVENT_RECORD_STORED');
  }
});

it.each(['', 'BATCH_STATUS_'])('a batch only goes on, with the prefix %j', (prefix) => {
  const order = ['READY', 'SCHEDULED', 'PROCESSED'].map((name) => prefix + name);
  const [ready = '', scheduled = '', processed = ''] = order;
  expect(greatest([batchOf(scheduled, early), batchOf(ready, late)]).status).toBe(scheduled);
  expect(greatest([batchOf(processed, early), batchOf(scheduled, late)]).status).toBe(processed);
  const cancelled = `${prefix}CANCELLED`;
  expect(greatest([batchOf(cancelled, early), batchOf(scheduled, late)]).status).toBe(cancelled);
  expect(greatest([batchOf(processed, early), batchOf(cancelled, late)]).status).toBe(cancelled);
  expect(greatest([batchOf(ready, early), batchOf('BRAND_NEW', late)]).status).toBe(ready);
  expect(greatest([batchOf('BRAND_NEW', early), batchOf(undefined, late)]).status).toBe(
    'BRAND_NEW',
  );
});
