import { readFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '@sinch-callbacks/dev-env/processes';
import { openProducer } from '@sinch-callbacks/queue';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openWorkerFixture,
  reportEvent,
  soon,
  type WorkerFixture,
} from './support/worker-fixture.ts';

let fixture: WorkerFixture;

beforeEach(async () => {
  fixture = await openWorkerFixture();
});

afterEach(async () => {
  await fixture.close();
});

const page = path.resolve(import.meta.dirname, '../../../docs/metrics.md');

const sections = ['Of the worker', 'Of a worker with a schedule'];

/** The rows of the worker's tables: a metric and its labels. */
function documented(): { name: string; labels: string[] }[] {
  const text = readFileSync(page, 'utf8')
    .split('\n## ')
    .filter((section) => sections.includes(section.split('\n')[0] ?? ''))
    .join('\n');
  const rows = text.matchAll(/^\| `(sinch_\w+)` \| ([^|]*)\|/gm);
  return [...rows].map(([, name = '', labels = '']) => ({
    name,
    labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
  }));
}

const stocks = { everyMs: 1_000, deadlineMs: 900 };
const signature = {
  timestampSeconds: 1_700_000_000,
  nonce: 'n',
  isStale: false,
  secretPosition: 0,
};

describe('the metrics of a running worker', () => {
  it('are those that docs/metrics.md names, with those labels, and no others', async () => {
    await fixture.database.prisma.$executeRawUnsafe(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'refused'; END $$`);
    await fixture.database.prisma.$executeRawUnsafe(`
      CREATE TRIGGER refuse BEFORE INSERT ON message FOR EACH ROW
      WHEN (NEW.sinch_message_id = '01POISON') EXECUTE FUNCTION refuse()`);
    const events = [reportEvent('01A'), reportEvent('01POISON')];
    await fixture.enqueue(events.map((event) => ({ ...event, signature })));
    const first = await fixture.start();
    await until(async () => (await fixture.states())['DEAD'] === 1, soon('a dead letter'));
    await until(async () => (await fixture.states())['APPLIED'] === 1, soon('its neighbour'));
    await first.stop();
    // It measures at its start what the one before it has left.
    const { adminUrl } = await fixture.start({}, { timings: { stocks } });
    await fixture.enqueue([{ ...reportEvent('01B'), signature }]);
    const read = async () => await (await fetch(`${adminUrl}/metrics`)).text();
    const isMeasured = (text: string) =>
      documented().every(({ name }) => new RegExp(`^${name}(_count)?[{ ]`, 'm').test(text));
    await until(async () => isMeasured(await read()), soon('every metric'));

    const samples = (await read()).split('\n').filter((line) => line.startsWith('sinch_'));
    const shown = new Map<string, Set<string>>();
    for (const sample of samples) {
      const [, name = '', labels = ''] =
        /^(\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? /.exec(sample) ?? [];
      const names = [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
      const all = shown.get(name) ?? shown.set(name, new Set()).get(name);
      for (const label of names.filter((one) => one !== 'le')) all?.add(label);
    }
    const inDocs = documented().map(({ name, labels }) => [name, labels.toSorted()]);
    const inFact = [...shown].map(([name, labels]) => [name, [...labels].toSorted()]);
    expect(Object.fromEntries(inFact)).toEqual(Object.fromEntries(inDocs));
    for (const line of [
      'sinch_dead_letters_open 1',
      'sinch_pending_migrations 0',
      'sinch_message_reports_total{app_id="01APP",channel="",status="DELIVERED"} 1',
      'sinch_events_total{trigger="OPT_OUT",result="applied"} 0',
    ]) {
      expect(samples).toContain(line);
    }
    const last = samples.find((line) => line.startsWith('sinch_last_callback_timestamp_seconds'));
    expect(last).toContain('{app_id="01APP"}');
    expect(samples.join('\n')).not.toMatch(/01POISON|01A"/);
  });

  it('show for how long an event is under way', async () => {
    const worker = await fixture.start({}, { timings: { stocks } });
    const read = async () => await (await fetch(`${worker.adminUrl}/metrics`)).text();
    const unlock = await fixture.lockTable('callback_event');
    await fixture.enqueue([reportEvent('01A')]);
    const age = async () =>
      Number(/oldest_age_seconds\{lane="live",state="active"\} (\S+)/.exec(await read())?.[1] ?? 0);
    await until(async () => (await age()) > 0.5, soon('an age'));
    expect(await read()).toContain('sinch_queue_jobs{lane="live",state="active"} 1\n');
    await unlock();
    await until(async () => (await age()) === 0, soon('no age'));
  });

  it('show what ingest that cannot be scraped has answered, each answer once', async () => {
    const producer = openProducer(fixture.location);
    const add = async (status: number, outcome: string, cause: string, count: number) =>
      await producer.addAnswerCounts([{ status, outcome, cause, count }]);
    await add(200, 'accepted', '', 7);
    const workers = [
      await fixture.start({}, { timings: { stocks } }),
      await fixture.start({}, { timings: { stocks } }),
    ];
    await add(200, 'accepted', '', 5);
    await add(503, 'unavailable', 'ECONNREFUSED', 1);
    const sum = async (labels: string) => {
      const texts = await Promise.all(
        workers.map(async ({ adminUrl }) => await (await fetch(`${adminUrl}/metrics`)).text()),
      );
      return texts
        .map((text) => text.split(`sinch_ingest_callbacks_total{${labels}} `)[1]?.split('\n')[0])
        .reduce((total, count) => total + Number(count), 0);
    };
    const refused = 'status="503",outcome="unavailable",cause="ECONNREFUSED"';
    await until(async () => (await sum(refused)) === 1, soon('the refusal'));
    expect(await sum('status="200",outcome="accepted",cause=""')).toBe(12);
    expect(await sum('status="413",outcome="too-large",cause=""')).toBe(0);
    await producer.close();
  });
});
