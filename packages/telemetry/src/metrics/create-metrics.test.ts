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
  const isCounter = (line: string) => !/^sinch_(apply|batch|ingest)_/.test(line);
  expect((await counts()).filter(isCounter)).toEqual([
    'sinch_events_total{trigger="MESSAGE_DELIVERY",result="applied"} 1',
    'sinch_events_total{trigger="MESSAGE_DELIVERY",result="duplicate"} 1',
    'sinch_attempts_total{class="transient"} 1',
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

it('holds no id: the metrics stay small, however many events come', async () => {
  const { telemetry, counts } = setUp();
  const apply = (n: number) => {
    const facts = { ...event, eventKey: `MESSAGE_DELIVERY.ID${n}.d`, receivedAt: first };
    eventApplied(telemetry, { ...facts, result: 'applied', durationMs: n, secretPosition: 0 });
  };
  apply(0);
  const { length } = await counts();
  for (let n = 1; n < 100; n += 1) apply(n);
  const { text, contentType } = await telemetry.metrics.read();
  expect(text).not.toContain('ID42');
  expect(await counts()).toHaveLength(length);
  expect(contentType).toMatch(/^text\/plain/);
});

it('shows every label set that is known beforehand from the start, as zero', async () => {
  const metrics = createMetrics({
    triggers: ['OPT_IN', 'OPT_OUT'],
    results: ['applied', 'duplicate'],
    attemptClasses: ['transient'],
    deathCauses: ['permanent'],
    reconcile: { kinds: ['inbound'], outcomes: ['failed'] },
    retention: {
      tables: ['message'],
      redacted: ['contact'],
      failed: ['contact'],
      outcomes: ['failed'],
    },
  });
  const { text } = await metrics.read();
  for (const line of [
    'sinch_events_total{trigger="OPT_IN",result="applied"} 0',
    'sinch_events_total{trigger="OPT_OUT",result="duplicate"} 0',
    'sinch_attempts_total{class="transient"} 0',
    'sinch_dead_letters_total{cause="permanent"} 0',
    'sinch_apply_duration_seconds_count 0',
    'sinch_reconcile_found_total{kind="inbound"} 0',
    'sinch_reconcile_runs_total{outcome="failed"} 0',
    'sinch_retention_rows_total{table="message",action="removed"} 0',
    'sinch_retention_rows_total{table="contact",action="redacted"} 0',
    'sinch_retention_rows_total{table="contact",action="failed"} 0',
    'sinch_retention_runs_total{outcome="failed"} 0',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});

it('measures the time from receipt to commit, of new events only', async () => {
  const { telemetry, counts } = setUp();
  const receivedAt = new Date(Date.now() - 40_000).toISOString();
  eventApplied(telemetry, { ...event, result: 'applied', durationMs: 1, receivedAt });
  eventApplied(telemetry, { ...event, result: 'duplicate', durationMs: 1, receivedAt: first });
  expect(await counts()).toContain('sinch_apply_duration_seconds_bucket{le="30"} 0');
  expect(await counts()).toContain('sinch_apply_duration_seconds_bucket{le="60"} 1');
  expect(await counts()).toContain('sinch_apply_duration_seconds_count 1');
});

it('shows queues, dead letters and pending migrations only while they are known', async () => {
  const metrics = createMetrics();
  const text = async () => (await metrics.read()).text;
  expect(await text()).not.toMatch(/^sinch_(queue_jobs|dead_letters_open|pending_migrations)/m);
  const stock = { jobs: { waiting: 3, active: 0 }, oldestAgeMs: { waiting: 1_500 } };
  metrics.laneStock('live', stock);
  metrics.deadLettersOpen({ count: 2, oldestDeadAt: new Date(first) });
  metrics.pendingMigrations(0);
  for (const line of [
    'sinch_queue_jobs{lane="live",state="waiting"} 3',
    'sinch_queue_jobs{lane="live",state="active"} 0',
    'sinch_queue_oldest_age_seconds{lane="live",state="waiting"} 1.5',
    'sinch_dead_letters_open 2',
    `sinch_dead_letter_oldest_open_timestamp_seconds ${Date.parse(first) / 1000}`,
    'sinch_pending_migrations 0',
  ]) {
    expect(await text()).toContain(`${line}\n`);
  }
  metrics.laneStock('live', undefined);
  metrics.deadLettersOpen({ count: 0, oldestDeadAt: undefined });
  metrics.pendingMigrations(undefined);
  expect(await text()).not.toMatch(/^sinch_(queue_jobs|queue_oldest|pending|dead_letter_oldest)/m);
  expect(await text()).toContain('sinch_dead_letters_open 0\n');
});

it('counts delivery reports by app, channel and status, with a bounded number of apps', async () => {
  const { telemetry, counts } = setUp();
  for (let n = 0; n < 60; n += 1) {
    telemetry.metrics.messageReported({ appId: `app-${n}`, channel: 'SMS', status: 'READ' });
  }
  telemetry.metrics.messageReported({ appId: 'app-0', channel: undefined, status: 'READ' });
  const shown = (await counts()).filter((line) => line.startsWith('sinch_message_reports_total'));
  expect(shown).toHaveLength(52);
  expect(shown).toContain(
    'sinch_message_reports_total{app_id="other",channel="SMS",status="READ"} 10',
  );
});
