import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { registerHandlers } from '@sinch-callbacks/handlers';
import { describe, expect, it } from 'vitest';
import { callbacks, useCli } from '../harness/cli-harness.ts';
import { apply, applyBodies, inbound } from '../harness/handled-events.ts';
import { eventOfBody } from '../harness/stored-bodies.ts';

const cli = useCli();

/** Registers a handler and makes tasks for it, which have died of this error. */
async function deadTasks(ids: readonly string[], error = 'no such customer 17'): Promise<void> {
  const { database } = cli;
  await registerHandlers(database, [
    { name: 'crm-sync', triggers: ['MESSAGE_INBOUND'], order: 'none', key: 'conversation' },
  ]);
  await apply(database, ids);
  await database.pool.query(
    `UPDATE handler_task SET state = 'DEAD', cause = 'gave-up', settled_at = now(), attempts = 3,
       error_message = $1, fingerprint = '0123456789ab',
       failures = '[{"replay":0,"attempt":3,"at":"2026-01-02T03:04:05.678Z","message":"no"}]'`,
    [error],
  );
}

const states = async () =>
  (
    await cli.database.pool.query<{ state: string }>(
      'SELECT state::text FROM handler_task ORDER BY position',
    )
  ).rows.map(({ state }) => state);

describe('callbacks handlers', () => {
  it('lists handlers with the numbers of their tasks, and says which no process has', async () => {
    await deadTasks(['01A', '01B']);
    const { code, document } = await cli.runJson('handlers', 'list');
    expect(code).toBe(0);
    expect(document.handlers).toMatchObject([
      { name: 'crm-sync', state: 'ACTIVE', isKnown: true, waiting: 0, retrying: 0, dead: 2 },
    ]);
    await cli.database.pool.query("UPDATE handler SET seen_at = now() - interval '2 minutes'");
    expect((await cli.run('handlers', 'list')).stdout).toContain('no, since');
    const { stdout } = await cli.run('doctor');
    expect(stdout).toContain('no process has crm-sync');
  });

  it('groups dead tasks by error, and lists each', async () => {
    await deadTasks(['01A', '01B']);
    const groups = await cli.runJson('handlers', 'dead');
    expect(groups.document.groups).toMatchObject([
      { handler: 'crm-sync', count: 2, cause: 'gave-up', fingerprint: '0123456789ab' },
    ]);
    const each = await cli.runJson('handlers', 'dead', '--each', '--handler', 'crm-sync');
    expect(each.document.tasks).toHaveLength(2);
    const others = await cli.runJson('handlers', 'dead', '--cause', 'quarantined');
    expect(others.document.groups).toEqual([]);
  });

  it('shows what the handlers did about an event, with every failed run', async () => {
    await deadTasks(['01A']);
    const { key } = eventOfBody(inbound('01A'));
    const { code, document } = await cli.runJson('handlers', 'show', key);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      eventKey: key,
      tasks: [{ handler: 'crm-sync', state: 'DEAD', attempts: 3, failures: [{ attempt: 3 }] }],
    });
    expect((await cli.run('handlers', 'show', 'MESSAGE_INBOUND.01NONE')).code).toBe(1);
  });

  it('shows why a task is dead, not why it was before its replay, and no phone number', async () => {
    await deadTasks(['01A']);
    const { key } = eventOfBody(inbound('01A'));
    await cli.database.pool.query("UPDATE handler_task SET key = 'identity:SMS:46701234567'");
    expect((await cli.run('handlers', 'show', key)).stdout).toContain('gave-up');
    await cli.run('handlers', 'replay', key);
    const { stdout } = await cli.run('handlers', 'show', key);
    expect(stdout).toContain('waiting');
    expect(stdout).not.toContain('gave-up');
    expect(stdout).toContain('identity:SMS:…67');
    const json = await cli.runJson('handlers', 'show', key);
    expect(json.document.tasks).toMatchObject([{ key: 'identity:SMS:…67' }]);
  });

  it('replays what was chosen, once it was said, and writes the audit', async () => {
    await deadTasks(['01A', '01B', '01C']);
    expect((await cli.run('handlers', 'replay')).code).toBe(2);
    const dry = await cli.runJson('handlers', 'replay', '--handler', 'crm-sync', '--dry-run');
    expect(dry.document).toEqual({ tasks: 3, dryRun: true });
    expect(await states()).toEqual(['DEAD', 'DEAD', 'DEAD']);
    const { key } = eventOfBody(inbound('01B'));
    const one = await cli.runJson('handlers', 'replay', key);
    expect(one.document).toMatchObject({ tasks: 1, run: { state: 'DONE' } });
    expect(await states()).toEqual(['DEAD', 'WAITING', 'DEAD']);
    const rest = await cli.runJson('handlers', 'discard', '--all');
    expect(rest.document).toMatchObject({ tasks: 2 });
    expect(await states()).toEqual(['DISCARDED', 'WAITING', 'DISCARDED']);
    const { document } = await cli.runJson('dead', 'replays');
    expect(document.runs).toMatchObject([
      { action: 'DISCARD', discarded: 2, state: 'DONE' },
      { action: 'REPLAY', queued: 1, state: 'DONE' },
    ]);
  });

  it('finds the tasks of a key by its beginning, its digits, and by the key of a later copy', async () => {
    await deadTasks(['01ABCD', '01B']);
    const copy = { ...inbound('01ABCD'), project_id: 'copy' };
    await applyBodies(cli.database, [copy]);
    const digits = eventOfBody(inbound('01B')).key.slice(-32, -20);
    for (const key of ['MESSAGE_INBOUND.01B', digits, eventOfBody(copy).key]) {
      const { code, document } = await cli.runJson('handlers', 'replay', key, '--dry-run');
      expect({ key, code, tasks: document.tasks }).toEqual({ key, code: 0, tasks: 1 });
    }
  });

  it('takes keys with the name of a handler, and not with other filters or --all', async () => {
    await deadTasks(['01A']);
    const { key } = eventOfBody(inbound('01A'));
    for (const more of [['--all'], ['--since', '1h'], ['--cause', 'gave-up']]) {
      expect((await cli.run('handlers', 'discard', key, ...more)).code).toBe(2);
    }
    expect(await states()).toEqual(['DEAD']);
    await cli.run('handlers', 'discard', key, '--handler', 'other');
    expect(await states()).toEqual(['DEAD']);
    await cli.run('handlers', 'discard', key, '--handler', 'crm-sync');
    expect(await states()).toEqual(['DISCARDED']);
  });

  it('refuses a key of nothing, and then neither changes a task nor writes the audit', async () => {
    await deadTasks(['01A']);
    const { key } = eventOfBody(inbound('01A'));
    for (const none of ['MESSAGE_INBOUND.01NONE', '00ff']) {
      const { code, document } = await cli.runJson('handlers', 'discard', key, none);
      expect({ code, error: document.error.code }).toEqual({ code: 1, error: 'not-found' });
    }
    expect(await states()).toEqual(['DEAD']);
    expect((await cli.runJson('dead', 'replays')).document.runs).toEqual([]);
  });

  it('cancels a replay: what has not begun is dead again, and the run can be continued', async () => {
    await deadTasks(['01A', '01B']);
    const until = new Date(Date.now() + 1).toISOString();
    const { document } = await cli.runJson('handlers', 'replay', '--until', until);
    const id = String(document.run.id);
    // As if its process had died before the end.
    await cli.database.pool.query("UPDATE dead_letter_run SET state = 'RUNNING'");
    const cancelled = await cli.runJson('handlers', 'cancel', id);
    expect(cancelled.document).toMatchObject({ run: { state: 'CANCELLED' }, withdrawn: 2 });
    expect(await states()).toEqual(['DEAD', 'DEAD']);
    expect((await cli.run('dead', 'resume', id)).code).toBe(2);
    expect((await cli.runJson('handlers', 'continue', id)).document).toMatchObject({ tasks: 2 });
    expect(await states()).toEqual(['WAITING', 'WAITING']);
    expect((await cli.run('handlers', 'continue', id)).code).toBe(2);
  });

  it('cancels a replay that is done: the audit counts only what was not taken back', async () => {
    await deadTasks(['01A', '01B', '01C']);
    const { document } = await cli.runJson('handlers', 'replay', '--all');
    const id = String(document.run.id);
    await cli.database.pool.query(
      `UPDATE handler_task SET state = 'DEAD', attempts = 3
       WHERE position = (SELECT min(position) FROM handler_task)`,
    );
    const cancelled = await cli.runJson('handlers', 'cancel', id);
    expect(cancelled.document).toMatchObject({ run: { state: 'CANCELLED' }, withdrawn: 2 });
    const audit = await cli.runJson('dead', 'replays');
    expect(audit.document.runs).toMatchObject([
      { state: 'CANCELLED', matched: 3, queued: 1, withdrawn: 2 },
    ]);
    // The first died again in this run, which does not replay it twice.
    expect((await cli.runJson('handlers', 'continue', id)).document).toMatchObject({ tasks: 2 });
    expect(await states()).toEqual(['DEAD', 'WAITING', 'WAITING']);
  });

  it('leaves a replay done whose tasks have all run', async () => {
    await deadTasks(['01A']);
    const { document } = await cli.runJson('handlers', 'replay', '--all');
    await cli.database.pool.query("UPDATE handler_task SET state = 'DONE'");
    const cancelled = await cli.runJson('handlers', 'cancel', String(document.run.id));
    expect(cancelled.document).toMatchObject({ run: { state: 'DONE' }, withdrawn: 0 });
  });

  it('pauses, retires and resumes, and refuses a name that is not known', async () => {
    await deadTasks(['01A']);
    for (const [command, state] of [
      ['pause', 'PAUSED'],
      ['retire', 'RETIRED'],
      ['resume', 'ACTIVE'],
    ] as const) {
      const { document } = await cli.runJson('handlers', command, 'crm-sync');
      expect(document.handler).toMatchObject({ name: 'crm-sync', state });
    }
    const unknown = await cli.run('handlers', 'pause', 'crm');
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.stderr).toContain('callbacks handlers list');
  });

  it('closes what waits for a retired handler, and no task that a process holds', async () => {
    await deadTasks(['01A', '01B', '01C']);
    await cli.database.pool.query(
      `UPDATE handler_task SET state = 'WAITING', settled_at = NULL
       WHERE position > (SELECT min(position) FROM handler_task)`,
    );
    await cli.database.pool.query(
      `INSERT INTO handler_hold (held_until, holder, occurrence, handler, key)
       SELECT now(), gen_random_uuid(), occurrence, handler, encode(occurrence, 'hex')
       FROM handler_task ORDER BY position DESC LIMIT 1`,
    );
    const discard = ['handlers', 'discard', '--handler', 'crm-sync'];
    expect((await cli.runJson(...discard, '--dry-run')).document).toMatchObject({ tasks: 1 });
    await cli.run('handlers', 'retire', 'crm-sync');
    const { document } = await cli.runJson('handlers', 'list');
    expect(document.handlers).toMatchObject([{ state: 'RETIRED', waiting: 2 }]);
    expect(document.handlers[0]).not.toHaveProperty('oldestWaitingMs');
    expect((await cli.runJson(...discard, '--dry-run')).document).toMatchObject({ tasks: 2 });
    const discarded = await cli.runJson(...discard);
    expect(discarded.document).toMatchObject({ tasks: 2, run: { state: 'DONE' } });
    expect(await states()).toEqual(['DISCARDED', 'DISCARDED', 'WAITING']);
    // A replay takes only what is dead.
    const replay = await cli.runJson('handlers', 'replay', '--handler', 'crm-sync');
    expect(replay.document).toMatchObject({ tasks: 0 });
  });

  it('refuses to backfill a retired handler', async () => {
    await deadTasks(['01A']);
    await cli.database.pool.query('DELETE FROM handler_task');
    await cli.run('handlers', 'retire', 'crm-sync');
    const refused = await cli.run('handlers', 'backfill', 'crm-sync', '--since', '30d');
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('crm-sync is retired');
    expect(await states()).toEqual([]);
  });

  it('makes the tasks of what happened before, each once', async () => {
    await deadTasks(['01A', '01B']);
    await cli.database.pool.query('DELETE FROM handler_task');
    const backfill = ['handlers', 'backfill', 'crm-sync', '--since', '30d'];
    expect((await cli.runJson(...backfill)).document).toMatchObject({ events: 2, tasks: 2 });
    expect((await cli.runJson(...backfill)).document).toMatchObject({ events: 2, tasks: 0 });
  });

  it('tries a handler, shows what it would write, and keeps nothing', async () => {
    await cli.database.pool.query(
      'CREATE TABLE customer_stop (identity text PRIMARY KEY, since timestamptz)',
    );
    await apply(cli.database, ['01A']);
    const { key } = eventOfBody(inbound('01A'));
    const file = path.resolve(import.meta.dirname, 'handlers-to-try.ts');
    const tried = ['handlers', 'try', 'stop-word', '--event', key, '--file', file];
    const { code, document } = await cli.runJson(...tried);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      outcome: 'committed',
      statements: [{ text: expect.stringContaining('INSERT INTO customer_stop') }],
    });
    const { rows } = await cli.database.pool.query('SELECT FROM customer_stop');
    expect(rows).toEqual([]);
    expect((await cli.run('handlers', 'try', 'none', '--event', key, '--file', file)).code).toBe(2);
  });

  it('ends although the handler that it tries never does', async () => {
    const file = path.resolve(import.meta.dirname, 'handlers-to-try.ts');
    const tried = ['handlers', 'try', 'hang', '--sample', 'MESSAGE_INBOUND', '--file', file];
    const { code, stdout } = await callbacks([...tried, '--no-stack', '--json'], cli.env);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'failed' });
  });

  it.each([
    ['that is not there', undefined, 'cannot be loaded'],
    ['with a syntax error', 'export const handlers = [', 'SyntaxError'],
    ['that wants a variable', "throw new Error('CRM_URL is not set');", 'CRM_URL is not set'],
  ])('refuses to try from a file %s, with its message', async (_, source, message) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'handlers-'));
    const file = path.join(folder, 'index.mjs');
    if (source !== undefined) await writeFile(file, source);
    const tried = ['handlers', 'try', 'stop-word', '--sample', 'MESSAGE_INBOUND', '--file', file];
    const { code, document } = await cli.runJson(...tried);
    await rm(folder, { recursive: true });
    expect(code).toBe(2);
    expect(document.error).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(message),
    });
  });
});
