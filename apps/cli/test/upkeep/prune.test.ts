import { decideEvent } from '@sinch-callbacks/core';
import {
  countDeadLetters,
  createEventWriter,
  findLastRetention,
  runExclusively,
} from '@sinch-callbacks/db';
import { scheduleText } from '@sinch-callbacks/operations';
import { expect, it } from 'vitest';
import { callbacksHere, useCli } from '../harness/cli-harness.ts';
import { insertLetters, reportOf } from '../harness/letters.ts';

const cli = useCli();

const { runJson } = cli;

it('prune counts first, removes what is old and settled, and leaves open letters and messages', async () => {
  const { database } = cli;
  const longAgo = new Date('2020-01-01T00:00:00Z');
  await insertLetters(cli, 3);
  const event = { ...reportOf('01OLD'), receivedAt: longAgo.toISOString() };
  const decision = decideEvent(event);
  if (decision.kind === 'refuse') throw new Error(decision.reason);
  await createEventWriter(database, () => longAgo).write([{ event, decision, attempts: 1 }]);
  const counts = { events: 1, deadLetters: 0 };
  const dry = await runJson('prune', '--older-than', '90d', '--dry-run');
  expect(dry).toMatchObject({ code: 0, document: { dryRun: true, ...counts } });
  expect(dry.stderr).toContain('dry run: nothing is changed');
  const prune = async () => (await runJson('prune', '--older-than', '90d')).document;
  expect(await prune()).toMatchObject({ dryRun: false, ...counts });
  expect(await prune()).toMatchObject({ events: 0, deadLetters: 0 });
  expect(await countDeadLetters(database, {})).toBe(3);
  const message = await callbacksHere(['message', '01OLD', '--no-stack'], cli.env);
  expect(message).toMatchObject({ code: 0, stdout: expect.stringContaining('DELIVERED') });
});

it('prune keeps what recognises a double for longer, where that is asked for', async () => {
  const { database } = cli;
  const longAgo = new Date('2020-01-01T00:00:00Z');
  const event = { ...reportOf('01OLD'), receivedAt: longAgo.toISOString() };
  const decision = decideEvent(event);
  if (decision.kind === 'refuse') throw new Error(decision.reason);
  const write = async () =>
    await createEventWriter(database, () => longAgo).write([{ event, decision, attempts: 1 }]);
  await write();
  const prune = async (...args: string[]) =>
    (await runJson('prune', '--older-than', '90d', ...args)).document;
  expect(await prune('--guard-older-than', '9999d')).toMatchObject({ events: 1, guards: 0 });
  expect(await write()).toEqual([{ kind: 'duplicate' }]);
  // A guard is never removed before its event.
  expect(await prune('--guard-older-than', '8d', '--dry-run')).toMatchObject({ guards: 1 });
  expect(await prune()).toMatchObject({ events: 0, guards: 1 });
  expect(await write()).toEqual([{ kind: 'applied' }]);
  const { code, stderr } = await runJson(
    'prune',
    '--older-than',
    '90d',
    '--guard-older-than',
    '7d',
  );
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--guard-older-than must be at least 8d'),
  });
});

it('prune removes outbound messages on request alone, and none that waits or is uncertain', async () => {
  const { database } = cli;
  const states = ['QUEUED', 'SENDING', 'SENT', 'REFUSED', 'UNCERTAIN', 'DISCARDED'];
  for (const [age, interval] of [
    ['old', '500 days'],
    ['new', '1 day'],
  ]) {
    await database.pool.query(
      `INSERT INTO outbound (id, app_id, key, lane, content_digest, request, state, created_at,
         settled_at)
       SELECT gen_random_uuid(), 'app', $1 || s, $1 || s, '\\x00', '{}', s::outbound_state,
         now() - $2::interval, CASE WHEN s NOT IN ('QUEUED', 'SENDING') THEN now() - $2::interval END
       FROM unnest($3::text[]) AS s`,
      [age, interval, states],
    );
  }
  const left = async () =>
    (await database.pool.query('SELECT key FROM outbound ORDER BY key')).rows.map(({ key }) => key);
  const prune = async (...args: string[]) =>
    (await runJson('prune', '--older-than', '90d', ...args)).document;
  expect(await prune()).toMatchObject({ outbound: 0 });
  const asked = ['--outbound-older-than', '400d'];
  expect(await prune(...asked, '--guard-older-than', '600d')).toMatchObject({ outbound: 0 });
  expect(await prune(...asked, '--dry-run')).toMatchObject({ outbound: 3 });
  expect(await left()).toHaveLength(12);
  expect(await prune(...asked)).toMatchObject({ outbound: 3 });
  expect(await left()).toEqual(
    [...states.map((s) => `new${s}`), 'oldQUEUED', 'oldSENDING', 'oldUNCERTAIN'].toSorted(),
  );
  const young = await runJson('prune', '--older-than', '90d', '--outbound-older-than', '7d');
  expect(young).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--outbound-older-than'),
  });
});

it('prune --schedule does what the variables say, and first only says so', async () => {
  const { database } = cli;
  const longAgo = new Date('2020-01-01T00:00:00Z');
  const event = { ...reportOf('01OLD'), receivedAt: longAgo.toISOString() };
  const decision = decideEvent(event);
  if (decision.kind === 'refuse') throw new Error(decision.reason);
  await createEventWriter(database, () => longAgo).write([{ event, decision, attempts: 1 }]);
  const env = { ...cli.env, RETENTION_DAYS: '30', RETENTION_PROJECTIONS_DAYS: 'message:90' };
  const prune = async (...args: string[]) =>
    await callbacksHere(['prune', '--schedule', '--no-stack', ...args], env);
  const rows = async () => [
    await database.prisma.callbackEvent.count(),
    await database.prisma.message.count(),
  ];
  const dry = await prune('--dry-run');
  expect(dry).toMatchObject({ code: 0 });
  expect(dry.stdout).toContain('callback_event: 1 row would be removed');
  expect(dry.stdout).toContain('message: 1 row would be removed');
  expect(await rows()).toEqual([1, 1]);
  const busy = await runExclusively(database, 'retention', async () => await prune());
  expect(busy).toMatchObject({ value: { code: 1, stderr: expect.stringContaining('at it') } });
  expect(await prune()).toMatchObject({ code: 0 });
  expect(await rows()).toEqual([0, 0]);
  expect(await prune('--older-than', '90d')).toMatchObject({ code: 2 });
  const keep = { ...cli.env, SINCH_ON_CONTACT_DELETE: 'keep' };
  const without = await callbacksHere(['prune', '--schedule', '--no-stack'], keep);
  expect(without).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing expires') });
});

it('prune reports what it removed, and each step that failed with its table', async () => {
  const { database } = cli;
  const longAgo = new Date('2020-01-01T00:00:00Z');
  const write = async (id: string) => {
    const event = { ...reportOf(id), receivedAt: longAgo.toISOString() };
    const decision = decideEvent(event);
    if (decision.kind === 'refuse') throw new Error(decision.reason);
    await createEventWriter(database, () => longAgo).write([{ event, decision, attempts: 1 }]);
  };
  await database.pool.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'planted' USING ERRCODE = '42501'; END $$`);
  await database.pool.query(`CREATE TRIGGER refuse BEFORE DELETE ON event_guard
    FOR EACH ROW EXECUTE FUNCTION refuse()`);
  const failed = [
    { table: 'event_guard', action: 'removed', message: expect.stringContaining('planted') },
  ];
  const stderr = expect.stringMatching(/event_guard: not all removed: .*planted/);
  await write('01OLD');
  const byAge = await runJson('prune', '--older-than', '90d');
  expect(byAge).toMatchObject({ code: 1, stderr, document: { events: 1, guards: 0, failed } });
  await write('01OTHER');
  const env = { ...cli.env, RETENTION_DAYS: '30', GUARD_DAYS: '60' };
  const bySchedule = await callbacksHere(['prune', '--schedule', '--no-stack', '--json'], env);
  expect(bySchedule).toMatchObject({ code: 1, stderr });
  const events = { table: 'callback_event', action: 'removed', rows: 1 };
  const counts = expect.arrayContaining([events]);
  expect(JSON.parse(bySchedule.stdout)).toMatchObject({ dryRun: false, counts, failed });
  expect(await findLastRetention(database)).toBeUndefined();
  await database.pool.query('DROP TRIGGER refuse ON event_guard');
  expect(await runJson('prune', '--older-than', '90d')).toMatchObject({
    code: 0,
    document: { events: 0, guards: 2 },
  });
});

it('prune --schedule counts by table what would be redacted, deleted contacts too', async () => {
  const { database } = cli;
  const longAgo = new Date('2020-01-01T00:00:00Z');
  const event = { ...reportOf('01OLD'), receivedAt: longAgo.toISOString() };
  const decision = decideEvent(event);
  if (decision.kind === 'refuse') throw new Error(decision.reason);
  await createEventWriter(database, () => longAgo).write([{ event, decision, attempts: 1 }]);
  await database.pool.query(
    `INSERT INTO contact (sinch_contact_id, display_name, created_at, deleted_at)
     VALUES ('01GONE', 'Zephyrine', now(), now() - interval '31 days')`,
  );
  const prune = async (env: Record<string, string>, ...args: string[]) =>
    await callbacksHere(['prune', '--schedule', '--no-stack', ...args], { ...cli.env, ...env });
  const dry = await prune({ REDACT_AFTER_DAYS: '365' }, '--dry-run', '--json');
  expect(JSON.parse(dry.stdout).counts).toEqual(
    expect.arrayContaining([
      { table: 'message', action: 'redacted', rows: 1 },
      { table: 'callback_event', action: 'redacted', rows: 1 },
      { table: 'contact', action: 'redacted', rows: 1 },
    ]),
  );
  const names = async () =>
    await database.prisma.contact.count({ where: { displayName: 'Zephyrine' } });
  // A worker erases them.
  const erase = { REDACT_AFTER_DAYS: '365', SINCH_ON_CONTACT_DELETE: 'erase' };
  const left = await prune(erase, '--json');
  expect(left).toMatchObject({ code: 0, stderr: expect.stringContaining('left to the worker') });
  expect(await names()).toBe(1);
  expect(await findLastRetention(database)).toBeUndefined();
  const done = await prune({ REDACT_AFTER_DAYS: '365' }, '--json');
  expect(JSON.parse(done.stdout).counts).toContainEqual({
    table: 'contact',
    action: 'redacted',
    rows: 1,
  });
  expect(await names()).toBe(0);
  const contactDelete = { policy: 'redact', graceDays: 30 } as const;
  expect(await findLastRetention(database)).toMatchObject({
    schedule: scheduleText({ tableDays: {}, redactAfterDays: 365, contactDelete }),
    removed: { 'contact redacted': 1 },
  });
  const again = await prune({ REDACT_AFTER_DAYS: '365' }, '--dry-run', '--json');
  expect(JSON.parse(again.stdout).counts).toEqual(
    expect.arrayContaining([{ table: 'message', action: 'redacted', rows: 0 }]),
  );
});

it('prune refuses ages in which a callback may still come again, and says why', async () => {
  for (const age of ['0d', '1d', '7d', '1w']) {
    const { code, stderr } = await runJson('prune', '--older-than', age);
    expect({ age, code }).toEqual({ age, code: 2 });
    expect(stderr).toContain('--older-than must be at least 8d');
  }
  expect(await runJson('prune')).toMatchObject({ code: 2 });
  expect(await runJson('prune', '--older-than', '90')).toMatchObject({ code: 2 });
});

it.each([
  [{ RETENTION_DAYS: '400', GUARD_DAYS: '400' }, ['399d'], 'RETENTION_DAYS'],
  [{ RETENTION_DAYS: '90', GUARD_DAYS: '400' }, ['90d'], 'GUARD_DAYS'],
  [{ RETENTION_DAYS: '90', GUARD_DAYS: '400' }, ['90d', '--dry-run'], 'GUARD_DAYS'],
  [{ RETENTION_DAYS: '90' }, ['90d', '--guard-older-than', '9999d'], 'GUARD_DAYS'],
  [
    { RETENTION_PROJECTIONS_DAYS: 'outbound:400' },
    ['90d', '--outbound-older-than', '399d'],
    'RETENTION_PROJECTIONS_DAYS',
  ],
  [{ RETENTION_DAYS: '90', GUARD_DAYS: '400' }, ['90d', '--guard-older-than', '400d'], 'nothing'],
  [{ RETENTION_PROJECTIONS_DAYS: 'message:400' }, ['90d'], 'nothing'],
])(
  'prune --older-than never removes what the schedule %o keeps: %j is refused for %s',
  async (days, args, name) => {
    const { database } = cli;
    const longAgo = new Date(Date.now() - 395 * 86_400_000);
    const event = { ...reportOf('01OLD'), receivedAt: longAgo.toISOString() };
    const decision = decideEvent(event);
    if (decision.kind === 'refuse') throw new Error(decision.reason);
    await createEventWriter(database, () => longAgo).write([{ event, decision, attempts: 1 }]);
    const env = { ...cli.env, ...days };
    const pruned = await callbacksHere(['prune', '--no-stack', '--older-than', ...args], env);
    const left = await database.prisma.callbackEvent.count();
    if (name === 'nothing') expect({ ...pruned, left }).toMatchObject({ code: 0, left: 0 });
    else {
      const stderr = expect.stringContaining(name);
      expect({ ...pruned, left }).toMatchObject({ code: 2, stderr, left: 1 });
    }
  },
);
