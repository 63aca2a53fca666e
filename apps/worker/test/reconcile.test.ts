import { readFileSync } from 'node:fs';
import path from 'node:path';
import { until } from '@sinch-callbacks/dev-env/processes';
import { registerHandlers, startEngine } from '@sinch-callbacks/handlers';
import {
  performRun,
  type ReconcileFinding,
  readKept,
  reconcile,
  startRun,
} from '@sinch-callbacks/operations';
import { openProducer, openReplayLane } from '@sinch-callbacks/queue';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { eventOf, openSinchAccount } from './support/sinch-account.ts';
import { openWorkerFixture, soon, type WorkerFixture } from './support/worker-fixture.ts';

const page = path.resolve(import.meta.dirname, '../../../docs/metrics.md');

let fixture: WorkerFixture;
beforeEach(async () => {
  fixture = await openWorkerFixture();
  return async () => await fixture.close();
});

type Account = Awaited<ReturnType<typeof openSinchAccount>>;

/** Compares all messages of an account. */
async function findMissed(account: Account, isDryRun = false): Promise<ReconcileFinding[]> {
  const { api, appId, projectId, since, until: end } = account;
  const producer = isDryRun ? undefined : openProducer(fixture.location);
  const kept = await readKept(api, appId);
  const found: ReconcileFinding[] = [];
  const range = { appId, projectId, kept, since, until: end };
  const tools = { database: fixture.database, api, producer };
  const { isComplete } = await reconcile(tools, range, (finding) => void found.push(finding));
  await producer?.close();
  expect(isComplete).toBe(true);
  return found;
}

/** Starts a handler of messages in both directions, and lists the messages that it ran for. */
async function startHandler(): Promise<readonly string[]> {
  const triggers = ['MESSAGE_INBOUND', 'MESSAGE_SUBMIT'] as const;
  const own = {
    name: 'thanks',
    triggers: [...triggers],
    order: 'none',
    key: 'conversation',
  } as const;
  await registerHandlers(fixture.database, [own]);
  const runs: string[] = [];
  const engine = startEngine({
    database: fixture.database,
    redactText: (text) => text,
    executor: { run: async () => ({ kind: 'done' }), abort: () => undefined },
    timings: { pollMs: 20 },
    events: {
      taskRun: ({ trigger, eventKey }) => void runs.push(`${trigger} ${eventKey.split('.')[1]}`),
      handlerPaused: () => undefined,
      databaseFailed: () => undefined,
      failed: () => undefined,
      databaseAnswered: () => undefined,
    },
  });
  onTestFinished(async () => await engine.stop());
  const options = { order: 'none', key: 'conversation', concurrency: 10, timeout: 60_000 } as const;
  engine.serve([
    { name: own.name, triggers: own.triggers, options: { ...options, attempts: 2, enabled: true } },
  ]);
  return runs;
}

const countEvents = async () => await fixture.database.prisma.callbackEvent.count();

/** What people see of a message. */
const statusesOf = async () =>
  await fixture.database.prisma.message.findMany({
    select: { sinchMessageId: true, direction: true, status: true, text: true, channel: true },
    orderBy: { sinchMessageId: 'asc' },
  });

const inboundCount = 60;
const sendCount = 40;

async function exchangeMessages({ sinch, api, appId }: Account): Promise<void> {
  for (let n = 0; n < inboundCount; n += 1) {
    sinch.receiveInbound({ channel: 'SMS', identity: `+1555000${100 + n}`, text: `in ${n}` });
  }
  for (let n = 0; n < sendCount; n += 1) {
    const to = { channel: 'SMS', identity: `+1555000${200 + n}` } as const;
    await api.messages.send({
      app_id: appId,
      recipient: { identified_by: { channel_identities: [to] } },
      message: { text_message: { text: `out ${n}` } },
    });
  }
  await sinch.whenSettled();
}

describe('after callbacks were lost', () => {
  it.each([
    ['CONVERSATION', {}],
    ['DISPATCH', { dispatchRetentionDays: 7 }],
  ] as const)(
    'an app in %s has every message again, and handlers run once for each',
    async (mode, more) => {
      const account = await openSinchAccount(fixture, {
        seed: mode,
        app: { mode, ...more },
        faults: { droppedCallbacks: 0.1 },
      });
      const runs = await startHandler();
      await fixture.start();
      await exchangeMessages(account);
      const { callbacks, dropped } = account.sinch.truth();
      await until(async () => (await countEvents()) === callbacks.offered, soon('all callbacks'));

      const findable = dropped
        .filter(({ trigger }) => trigger === 'MESSAGE_INBOUND' || trigger === 'MESSAGE_SUBMIT')
        .map(
          ({ trigger, messageId }) =>
            `${trigger === 'MESSAGE_INBOUND' ? 'inbound' : 'submit'} ${messageId}`,
        );
      expect(findable.length).toBeGreaterThan(3);
      const named = (found: readonly ReconcileFinding[]) =>
        found.map(({ kind, messageId }) => `${kind} ${messageId}`).toSorted();
      expect(named(await findMissed(account, true))).toEqual(findable.toSorted());
      expect(await countEvents()).toBe(callbacks.offered);

      const both = await Promise.all([findMissed(account), findMissed(account)]);
      expect(named(both[0])).toEqual(findable.toSorted());
      const total = callbacks.offered + findable.length;
      await until(async () => (await countEvents()) === total, soon('all events'));
      expect(await findMissed(account)).toEqual([]);
      const messages = inboundCount + sendCount;
      await until(() => runs.length >= messages, soon('all runs'));
      const before = await statusesOf();
      expect(before.filter(({ text }) => text !== null)).toHaveLength(messages);

      const late = dropped.filter(
        ({ trigger }) => trigger.startsWith('MESSAGE_') && trigger !== 'MESSAGE_DELIVERY',
      );
      await fixture.enqueue(late.map(({ body }) => eventOf(Buffer.from(body))));
      await until(
        async () => (await countEvents()) === total + late.length,
        soon('late originals'),
      );
      expect(await statusesOf()).toEqual(before);
      expect(await findMissed(account)).toEqual([]);
      // A task is written with its event: no further run can come.
      expect(await fixture.database.prisma.handlerTask.count()).toBe(messages);
      expect(new Set(runs).size).toBe(messages);
      expect(runs).toHaveLength(messages);
    },
  );
});

it('what was missed and died is applied by a replay, with its origin, and handlers run once', async () => {
  const { database, location } = fixture;
  const account = await openSinchAccount(fixture, {
    app: { mode: 'CONVERSATION' },
    faults: { droppedCallbacks: 1 },
  });
  const { messageId } = account.sinch.receiveInbound({ channel: 'SMS', identity: '1', text: 'Hi' });
  const runs = await startHandler();
  await fixture.start();
  await database.prisma.$executeRawUnsafe(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'refused'; END $$`);
  await database.prisma.$executeRawUnsafe(
    'CREATE TRIGGER refuse BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION refuse()',
  );
  expect(await findMissed(account)).toHaveLength(1);
  await until(async () => (await fixture.states())['DEAD'] === 1, soon('a dead letter'));
  expect(await findMissed(account)).toEqual([]);

  await database.prisma.$executeRawUnsafe('DROP TRIGGER refuse ON message');
  const lane = openReplayLane(location);
  const redactText = (text: string) => text;
  const tools = { database, lane, redactText, now: () => new Date() };
  const selection = { kind: 'filter', filter: {} } as const;
  const run = { action: 'REPLAY', selection, operator: 'test', startedAt: new Date() } as const;
  await performRun(tools, await startRun(database, run), () => undefined);
  await lane.close();
  await until(async () => (await fixture.states())['APPLIED'] === 1, soon('the replay'));
  await until(() => runs.length === 1, soon('its run'));
  expect(runs).toEqual([`MESSAGE_INBOUND ${messageId}`]);
  const { origin } = await database.prisma.callbackEvent.findFirstOrThrow();
  expect(origin).toBe('RECONCILED');
});

describe('a worker with an interval to reconcile', () => {
  const timings = { reconcile: { soonMs: 500 } };
  const metricsOf = async (adminUrl: string) => await (await fetch(`${adminUrl}/metrics`)).text();

  it('finds what was missed, and counts it', async () => {
    const account = await openSinchAccount(fixture, {
      app: { mode: 'CONVERSATION' },
      faults: { droppedCallbacks: 1 },
    });
    account.sinch.receiveInbound({ channel: 'SMS', identity: '+15550001', text: 'Hi' });
    const env = { ...account.env, RECONCILE_EVERY_MINUTES: '60' };
    const { adminUrl } = await fixture.start(env, { timings });
    await until(async () => (await countEvents()) === 1, soon('the message'));
    await until(
      async () => (await metricsOf(adminUrl)).includes('runs_total{outcome="complete"} 1'),
      soon('the end of the run'),
    );
    const text = await metricsOf(adminUrl);
    expect(text).toContain('sinch_reconcile_found_total{kind="inbound"} 1\n');
    expect(text).toContain('sinch_reconcile_messages_kept 1\n');
    const names = (source: string) => new Set(source.match(/\bsinch_reconcile_\w+/g));
    expect(names(text)).toEqual(names(readFileSync(page, 'utf8')));
    expect(text).toMatch(/^sinch_reconcile_last_success_timestamp_seconds 1\d{9}/m);
  });

  it('shows that nothing can be known, and no success, where Sinch keeps no message', async () => {
    const account = await openSinchAccount(fixture, {});
    const env = { ...account.env, RECONCILE_EVERY_MINUTES: '60' };
    const { adminUrl } = await fixture.start(env, { timings });
    await until(
      async () => (await metricsOf(adminUrl)).includes('runs_total{outcome="nothing-kept"} 1'),
      soon('the end of the run'),
    );
    const text = await metricsOf(adminUrl);
    expect(text).toContain('sinch_reconcile_messages_kept 0\n');
    expect(text).toContain('sinch_reconcile_last_success_timestamp_seconds 0\n');
  });
});
