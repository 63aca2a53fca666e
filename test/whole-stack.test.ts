import { existsSync } from 'node:fs';
import { isAlive, type StartedProcess, until } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import type { Stack } from '@sinch-callbacks/dev-env/stack';
import { createSender } from '@sinch-callbacks/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callbacks, runCommand, stackFile, startStack } from './running-stack.ts';
import { shownCommand } from './shown-command.ts';

let stack: Stack;
let start: StartedProcess;

beforeAll(async () => {
  ({ stack, start } = await startStack());
}, 150_000);

afterAll(async () => {
  await start?.stop();
});

const signingPage = 'docs/sinch-callbacks.md';
const soon = (what: string) => ({ what, timeoutMs: 20_000 });
const run = Date.now().toString(36);

describe('the whole stack, as `npm start` brings it up', () => {
  it('accepts the request that the page on callbacks signs by hand, and shows its message', async () => {
    // On the data of an earlier run it is a duplicate, and the message exists already.
    const first = await runCommand('bash', '-c', shownCommand(signingPage, 'signed request'));
    expect(first.stdout).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(first.stdout).toContain('{"status":"accepted"}');
    const shown = await until(async () => {
      const result = await runCommand('bash', '-c', shownCommand(signingPage, 'its message'));
      return result.code === 0 && result;
    }, soon('the message'));
    expect(shown.stdout).toContain('TO_APP');
  });

  it('runs the first commands of the README, and its message is delivered', async () => {
    const commands = `set -e; ${shownCommand('README.md', 'first commands')}`;
    const { code, stdout, stderr } = await runCommand('bash', '-c', commands);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const [, id = 'no report'] = /^DELIVERED +(\S+)/m.exec(stdout) ?? [];
    expect(stdout).toMatch(new RegExp(`message out +DELIVERED .* ${id}`));
  });

  it('has registered its webhook at the local Sinch, with every trigger', async () => {
    const target = `${stack.ingestUrl}/api/sinch/webhook`;
    const { document } = await callbacks('webhooks', 'sync', '--target', target, '--check');
    expect(document).toMatchObject({ action: 'nothing' });
  });

  it('changes nothing when the same request comes again', async () => {
    const rows = () =>
      queryRows(
        stack.databaseUrl,
        `SELECT m.*, e.* FROM message m, callback_event e
      WHERE m.sinch_message_id = '01READMEMESSAGE' AND e.entity_id = '01READMEMESSAGE'`,
      );
    const before = await rows();
    expect(before).toHaveLength(1);
    const again = await runCommand('bash', '-c', shownCommand(signingPage, 'signed request'));
    expect(again.stdout).toMatch(/^HTTP\/1\.1 200 OK/);
    await send(report(`01AFTER${run}`, 'READ', 1));
    await until(() => message(`01AFTER${run}`), soon('what came after it'));
    expect(await rows()).toEqual(before);
  });

  it('answers 401 to a changed byte, 413 to 2 MiB, and 405 with Allow to a GET', async () => {
    expect((await callbacks('send', '--tamper')).document).toMatchObject({
      sent: [{ status: 401 }],
    });
    const tampered = await send(report('01TAMPERED', 'READ', 1), (body) =>
      body.replace('READ', 'REAP'),
    );
    expect(tampered.status).toBe(401);
    expect((await send('x'.repeat(2 * 1024 * 1024))).status).toBe(413);
    const got = await fetch(webhookUrl());
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('keeps DELIVERED when QUEUED_ON_CHANNEL comes late, and both reports', async () => {
    const id = `01ORDER${run}`;
    await send(report(id, 'DELIVERED', 2));
    await until(async () => (await message(id))?.['status'] === 'DELIVERED', soon('DELIVERED'));
    await send(report(id, 'QUEUED_ON_CHANNEL', 1));
    await until(async () => (await reportsOf(id)).length === 2, soon('both reports'));
    expect((await message(id))?.['status']).toBe('DELIVERED');
  });

  it('lists a dead letter, and applies it by `callbacks dead replay` once its cause is gone', async () => {
    const id = `01POISON${run}`;
    await queryRows(
      stack.databaseUrl,
      `CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'refused for a test'; END $$`,
    );
    await queryRows(
      stack.databaseUrl,
      `CREATE TRIGGER refuse BEFORE INSERT ON message FOR EACH ROW
      WHEN (NEW.sinch_message_id = '${id}') EXECUTE FUNCTION refuse()`,
    );
    await send(report(id, 'READ', 1));
    const key = await until(async () => await deadKey(id), soon('the dead letter'));
    const board = await fetch(
      `${stack.adminUrl}/queues/api/queues` +
        '?activeQueue=sinch-callbacks-dead&status=latest&page=1&jobsPerPage=100',
    );
    expect(await board.text()).toContain(key);
    await queryRows(stack.databaseUrl, 'DROP TRIGGER refuse ON message');
    expect((await callbacks('dead', 'replay', key, '--wait')).code).toBe(0);
    expect((await message(id))?.['status']).toBe('READ');
    expect(await deadKey(id)).toBeUndefined();
  });

  it('has applied everything that it accepted under `callbacks load`', async () => {
    const spike = ['--shape', 'spike', '--rate', '20', '--duration', '3s'];
    const { code, document } = await callbacks('load', ...spike);
    expect(document).toMatchObject({
      ok: true,
      due: 140,
      accepted: 140,
      verified: 'complete',
      dead: 0,
      lost: 0,
      withoutStatusRow: 0,
    });
    expect(code).toBe(0);
  });

  it('has no failed check in `callbacks doctor`', async () => {
    const { code, document } = await callbacks('doctor');
    expect(document).not.toMatchObject({
      checks: expect.arrayContaining([expect.objectContaining({ status: 'failure' })]),
    });
    expect(code).toBe(0);
  });

  it('leaves no process, no port and no file behind when it is stopped', async () => {
    expect(Object.values(stack.pids).every(isAlive)).toBe(true);
    expect(await start.stop()).toEqual({ code: 0, signal: null });
    expect(existsSync(stackFile)).toBe(false);
    expect(Object.values(stack.pids).filter(isAlive)).toEqual([]);
    for (const url of [stack.ingestUrl, stack.adminUrl]) {
      await expect(fetch(url)).rejects.toThrow('fetch failed');
    }
    await expect(queryRows(stack.databaseUrl, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
  });
});

const webhookUrl = () => `${stack.ingestUrl}/api/sinch/webhook`;

function report(messageId: string, status: string, second: number): string {
  const eventTime = `2026-01-02T03:04:0${second}Z`;
  return JSON.stringify({
    event_time: eventTime,
    message_delivery_report: { message_id: messageId, status },
  });
}

/** Signs the body, and sends the result of `change`. */
async function send(body: string, change = (text: string) => text): Promise<{ status: number }> {
  const sender = createSender({ url: webhookUrl(), secret: stack.webhookSecret });
  const headers = sender.sign(body);
  return await fetch(webhookUrl(), { method: 'POST', headers, body: change(body) });
}

async function message(id: string): Promise<Record<string, unknown> | undefined> {
  const sql = 'SELECT * FROM message WHERE sinch_message_id = $1';
  return (await queryRows(stack.databaseUrl, sql, [id]))[0];
}

async function reportsOf(id: string): Promise<unknown[]> {
  return await queryRows(
    stack.databaseUrl,
    'SELECT * FROM message_status WHERE sinch_message_id = $1',
    [id],
  );
}

async function deadKey(id: string): Promise<string | undefined> {
  const { document } = await callbacks('dead', 'list');
  const { letters } = document as { letters: { eventKey: string }[] };
  return letters.map(({ eventKey }) => eventKey).find((key) => key.includes(id));
}
