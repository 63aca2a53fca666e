import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { makeEvents } from '../load/make-events.ts';
import { describeCpu } from '../measure/measure-cpu.ts';
import {
  openPostgres,
  openRedis,
  prepareTemplate,
  readNewRedisSettings,
  readPostgresSettings,
  vacuumAndCheckpoint,
} from '../measure/open-servers.ts';
import { median, rounded } from '../report/arithmetic.ts';
import type { Benchmark } from '../report/benchmark.ts';
import { openBullmqBacklog } from '../worker/backlog.ts';
import { countApplied, drainOurs, type OurDrain } from '../worker/drain-ours.ts';

interface Step {
  /** Jobs waiting when the clock starts. */
  readonly backlog: number;
  /** Events in the tables before. */
  readonly stored: number;
}

interface Growth extends Step, OurDrain {
  readonly lost: number;
}

interface Plan {
  readonly backlogs: readonly [small: number, middle: number, large: number];
  /** Events to write into filled tables. */
  readonly written: number;
  readonly tables: readonly number[];
  readonly warmUp: number;
}

const usual: Plan = {
  backlogs: [10_000, 100_000, 1_000_000],
  written: 20_000,
  tables: [1_000_000],
  warmUp: 5_000,
};
const quick: Plan = { backlogs: [400, 800, 1_600], written: 400, tables: [5_000], warmUp: 200 };
const fullTableEvents = 10_000_000;
const tableRounds = 3;

/** Our worker's rate by length of the queue and by size of the tables. */
export const growthBenchmark: Benchmark = {
  name: 'growth',
  async run({ options, directory, onProgress }) {
    const plan = options.quick ? quick : usual;
    await using closing = new AsyncDisposableStack();
    const postgres = await openPostgres(directory);
    closing.defer(() => postgres.close());
    const template = await prepareTemplate(postgres.url);
    const rounds: Growth[] = [];

    async function run(step: Step): Promise<void> {
      await using runScope = new AsyncDisposableStack();
      const database = await template.copy();
      runScope.defer(() => database.drop());
      const redis = await openRedis();
      runScope.defer(() => redis.close());
      await fillTables(database.url, step.stored);
      const urls = { databaseUrl: database.url, redisUrl: redis.url };
      const backlog = openBullmqBacklog(urls);
      runScope.defer(() => backlog.close());
      const waiting = step.backlog + plan.warmUp;
      await backlog.fill(makeEvents(waiting, 'growth'));
      await vacuumAndCheckpoint(database.url);
      const pids = { redis: redis.process?.pid, postgres: postgres.process?.pid };
      const shared = { workers: 1, warmUp: plan.warmUp, logDirectory: directory, pids };
      const drain = await drainOurs({ ...urls, ...shared, waiting });
      const applied = (await countApplied(database.url)) - step.stored;
      const growth = { ...step, ...drain, lost: waiting - applied };
      rounds.push(growth);
      onProgress(describe(growth));
    }

    for (const step of stepsOf(plan, options.rounds, options.full)) await run(step);
    const [small, , large] = plan.backlogs;
    const rates = ({ backlog, stored }: Step) =>
      rounds
        .filter((one) => one.backlog === backlog && one.stored === stored)
        .map(({ eventsPerSecond }) => eventsPerSecond);
    const of = (backlog: number) => median(rates({ backlog, stored: 0 }));
    const steps = [...new Map(rounds.map((one) => [keyOf(one), one])).values()];
    return {
      settings: {
        ...plan,
        postgres: await readPostgresSettings(postgres.url),
        redis: await readNewRedisSettings(),
      },
      rounds,
      summary: steps.map((step) => ({
        backlog: step.backlog,
        eventsStoredBefore: step.stored,
        eventsPerSecond: rounded(median(rates(step))),
        runs: rates(step).length,
      })),
      ratios: { drainMillionToTenThousand: rounded(of(large) / of(small)) },
      lost: rounds.reduce((sum, { lost }) => sum + lost, 0),
    };
  },
};

/** Plans the steps: the large backlog once, with small ones before and after it. */
function stepsOf(
  { backlogs: [small, middle, large], written, tables }: Plan,
  rounds: number,
  full: boolean,
): Step[] {
  const before = Math.ceil(rounds / 2);
  const times = (count: number, backlog: number, stored = 0): Step[] =>
    Array.from({ length: count }, () => ({ backlog, stored }));
  const fillings = [0, ...tables, ...(full ? [fullTableEvents] : [])];
  return [
    ...times(before, small),
    ...times(Math.min(rounds, tableRounds), middle),
    ...times(1, large),
    ...times(rounds - before, small),
    ...Array.from({ length: Math.min(rounds, tableRounds) }, () =>
      fillings.flatMap((stored) => times(1, written, stored)),
    ).flat(),
  ];
}

function keyOf({ backlog, stored }: Step): string {
  return `${backlog} ${stored}`;
}

function describe({ backlog, stored, eventsPerSecond, cpuPerThousand, lost }: Growth): string {
  return (
    `growth  ${String(backlog).padStart(8)} jobs, ${String(stored).padStart(8)} events stored  ` +
    `${String(eventsPerSecond).padStart(8)}/s  ${describeCpu(cpuPerThousand)}` +
    (lost === 0 ? '' : `  LOST ${lost}`)
  );
}

const eventsPerMessage = 3;
const eventsPerPerson = 30;

/** Inserts rows as of earlier callbacks, with other ids than the events to come. */
async function fillTables(url: string, events: number): Promise<void> {
  if (events === 0) return;
  const messages = Math.ceil(events / eventsPerMessage);
  const people = Math.ceil(events / eventsPerPerson);
  await queryRows(url, insertContacts, [people]);
  await queryRows(url, insertConversations, [people]);
  await queryRows(url, insertMessages, [messages, people]);
  await queryRows(url, insertEvents, [events, messages]);
  await queryRows(url, insertReports, [events, messages]);
}

const insertContacts = `
INSERT INTO contact (sinch_contact_id, display_name, created_at)
SELECT '00CONTACT' || lpad(n::text, 17, '0'), 'Person ' || n, now() - n * interval '1 second'
FROM generate_series(1, $1::integer) AS n`;

const insertConversations = `
INSERT INTO conversation (sinch_conversation_id, contact_id, started, created_at, updated_at)
SELECT '00TALK' || lpad(n::text, 20, '0'), c, true, now(), now()
FROM generate_series(1, $1::integer) AS n,
  LATERAL (SELECT '00CONTACT' || lpad(n::text, 17, '0') AS c)`;

const insertMessages = `
INSERT INTO message (sinch_message_id, conversation_id, contact_id, channel, status, status_rank,
  status_stamp, direction, kind, text, content, created_at, happened_at, updated_at)
SELECT '00MESSAGE' || lpad(n::text, 17, '0'), '00TALK' || lpad(p::text, 20, '0'), c, 'SMS',
  'DELIVERED', 40, decode('28' || left(md5(n::text) || md5(c), 32), 'hex'), 'TO_CONTACT',
  'text_message', 'Your parcel is on its way.',
  '{"text_message": {"text": "Your parcel is on its way."}}', at, at, now()
FROM generate_series(1, $1::integer) AS n,
  LATERAL (SELECT n % $2::integer + 1 AS p, now() - n * interval '1 second' AS at),
  LATERAL (SELECT '00CONTACT' || lpad(p::text, 17, '0') AS c)`;

const insertEvents = `
WITH guards AS (
  INSERT INTO event_guard (event_digest, received_at)
  SELECT decode(md5(n::text), 'hex'), now() - n * interval '1 second'
  FROM generate_series(1, $1::integer) AS n
)
INSERT INTO callback_event (event_digest, kept, trigger, entity_id, app_id, accepted_time,
  event_time, received_at, signed_at, applied_at, state, attempts, raw_body)
SELECT decode(md5(n::text), 'hex'), false, 'MESSAGE_DELIVERY', m, 'app', at, at, at, at, at,
  'APPLIED', 1, body
FROM generate_series(1, $1::integer) AS n,
  LATERAL (SELECT '00MESSAGE' || lpad((n % $2::integer + 1)::text, 17, '0') AS m,
    now() - n * interval '1 second' AS at),
  LATERAL (SELECT json_build_object('app_id', 'app', 'padding', repeat(md5(n::text), 12),
    'message_delivery_report', json_build_object('message_id', m, 'status', 'DELIVERED'))::text
    AS body)`;

const insertReports = `
INSERT INTO message_status (event_digest, sinch_message_id, status, rank, channel, event_time,
  received_at)
SELECT decode(md5(n::text), 'hex'), m, 'DELIVERED', 40, 'SMS', now() - n * interval '1 second',
  now()
FROM generate_series(1, $1::integer) AS n,
  LATERAL (SELECT '00MESSAGE' || lpad((n % $2::integer + 1)::text, 17, '0') AS m)`;
