import { expect, it } from 'vitest';
import { createLogger } from '../create-logger.ts';
import { attemptFailed, deadLettered, eventApplied } from '../events/event-outcomes.ts';
import { createMetrics } from './create-metrics.ts';

function setUp() {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  const metrics = createMetrics();
  const logger = createLogger({ name: 'worker', level: 'info', destination });
  const counts = async () => {
    const { text } = await metrics.read();
    return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  };
  return { telemetry: { logger, metrics }, lines, counts };
}

const event = {
  eventKey: 'MESSAGE_DELIVERY.15550100123.d',
  trigger: 'MESSAGE_DELIVERY',
  attempt: 1,
};
const first = '2026-01-02T03:04:05.000Z';
const later = '2026-01-02T03:04:06.000Z';

it('writes a line and a count for each business event, together', async () => {
  const { telemetry, lines, counts } = setUp();
  const applied = { ...event, result: 'applied', durationMs: 1, secretPosition: 0, stale: false };
  eventApplied(telemetry, { ...applied, receivedAt: later, future: true });
  eventApplied(telemetry, { ...applied, receivedAt: first, result: 'duplicate', stale: true });
  attemptFailed(telemetry, { ...event, errorClass: 'transient', error: 'no' });
  const failure = { errorClass: 'permanent', error: 'no' };
  deadLettered(telemetry, { ...event, ...failure, secretPosition: 1, receivedAt: first });
  expect(lines).toHaveLength(4);
  expect(await counts()).toEqual([
    'sinch_events_total{trigger="MESSAGE_DELIVERY",result="applied"} 1',
    'sinch_events_total{trigger="MESSAGE_DELIVERY",result="duplicate"} 1',
    'sinch_attempts_failed_total{class="transient"} 1',
    'sinch_dead_letters_total{cause="permanent"} 1',
    'sinch_stale_events_total 1',
    'sinch_future_events_total 1',
    'sinch_events_by_secret_total{position="0"} 2',
    'sinch_events_by_secret_total{position="1"} 1',
    `sinch_secret_last_seen_timestamp_seconds{position="0"} ${Date.parse(later) / 1000}`,
    `sinch_secret_last_seen_timestamp_seconds{position="1"} ${Date.parse(first) / 1000}`,
  ]);
});

it('counts a time that cannot be read by its field, from zero, and names it on the line', async () => {
  const metrics = createMetrics({ timeFields: ['accepted_time', 'event_time'] });
  const { telemetry, lines } = setUp();
  const counts = async () => (await metrics.read()).text;
  expect(await counts()).toContain('sinch_unreadable_times_total{field="accepted_time"} 0');
  expect(await counts()).toContain('sinch_unreadable_times_total{field="event_time"} 0');
  const facts = { ...event, unreadableTimes: ['event_time'] };
  eventApplied({ ...telemetry, metrics }, { ...facts, result: 'applied', durationMs: 1 });
  deadLettered({ ...telemetry, metrics }, { ...facts, errorClass: 'permanent', error: 'no' });
  expect(await counts()).toContain('sinch_unreadable_times_total{field="event_time"} 2');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { unreadableTimes: ['event_time'] },
    { unreadableTimes: ['event_time'] },
  ]);
});

it('counts no secret for an event whose signature is not known any more', async () => {
  const { telemetry, counts } = setUp();
  eventApplied(telemetry, { ...event, replay: 1, result: 'applied', durationMs: 1 });
  expect((await counts()).join('\n')).not.toContain('position=');
});

it('holds no id: what is counted stays small, however many events come', async () => {
  const { telemetry } = setUp();
  for (let n = 0; n < 100; n += 1) {
    const facts = { ...event, eventKey: `MESSAGE_DELIVERY.ID${n}.d` };
    eventApplied(telemetry, { ...facts, result: 'applied', durationMs: n, secretPosition: 0 });
  }
  const { text, contentType } = await telemetry.metrics.read();
  expect(text).not.toContain('ID42');
  expect(text.split('\n').length).toBeLessThan(30);
  expect(contentType).toMatch(/^text\/plain/);
});
