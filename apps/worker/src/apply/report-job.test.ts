import { type CallbackEvent, eventKey } from '@sinch-callbacks/core';
import { createLogger, createOutageTracker } from '@sinch-callbacks/telemetry';
import { createMetrics } from '@sinch-callbacks/telemetry/metrics';
import { expect, it } from 'vitest';
import { createEventBatcher, createHandler } from './event-batcher.ts';
import { createDatabaseWait } from './wait-for-database.ts';

const ignore = () => undefined;

function eventOf(body: object): CallbackEvent {
  const text = JSON.stringify(body);
  return {
    key: eventKey('MESSAGE_INBOUND', 'm', Buffer.from(text)),
    trigger: 'MESSAGE_INBOUND',
    entityId: 'm',
    rawBody: { encoding: 'utf8', text },
    receivedAt: '2026-01-02T03:04:05.678Z',
    signature: undefined,
  };
}

it('names the times of an event that cannot be read on its line, and counts them', async () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const logger = createLogger({ name: 'worker', level: 'info', destination });
  const metrics = createMetrics({ timeFields: ['event_time', 'accept_time'] });
  const outage = createOutageTracker(
    { onLost: ignore, onStillDown: ignore, onRestored: ignore },
    () => 0,
  );
  const writer = {
    mayBeBlocked: () => false,
    write: async (
      events: readonly { readonly event: CallbackEvent }[],
      onOutcome?: (key: string, outcome: { kind: 'applied' }) => void,
    ) => {
      for (const { event } of events) onOutcome?.(event.key, { kind: 'applied' });
      return await Promise.resolve(events.map(() => ({ kind: 'applied' }) as const));
    },
  };
  const batcher = createEventBatcher(writer, createDatabaseWait(outage), 10);
  const handle = createHandler(batcher, { logger, metrics });

  const body = { event_time: 'soon', message: { id: 'm', accept_time: '27.11.2026' } };
  expect(await handle(eventOf(body), 1)).toEqual({ kind: 'done' });
  expect(await handle(eventOf({ message: { id: 'm' } }), 1)).toEqual({ kind: 'done' });

  const [unreadable, plain] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(unreadable).toMatchObject({ unreadableTimes: ['event_time', 'accept_time'] });
  expect(plain).not.toHaveProperty('unreadableTimes');
  const { text } = await metrics.read();
  expect(text).toContain('sinch_unreadable_times_total{field="event_time"} 1');
  expect(text).toContain('sinch_unreadable_times_total{field="accept_time"} 1');
});
