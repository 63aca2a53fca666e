import { describe, expect, it } from 'vitest';
import { useCli } from '../harness/cli-harness.ts';
import { store } from '../harness/stored-bodies.ts';

const cli = useCli();

const send = async (...more: readonly string[]) =>
  await cli.runJson('messages', 'send', '--app', '01APP', '--text', 'Hi', ...more);
const to = ['--to', 'sms:+15551234567'];

const settle = async (id: string, state: string) =>
  await cli.database.pool.query(
    `UPDATE outbound SET state = $2::outbound_state, settled_at = now() - interval '1 hour'
     WHERE id = $1::uuid`,
    [id, state],
  );

const submit = (id: string, status?: string) => ({
  app_id: '01APP',
  message_delivery_report: {
    message_id: '01MSG',
    status: status ?? 'QUEUED',
    metadata: `sc:${id};`,
  },
});

describe('messages send', () => {
  it('queues a message once for each key, and each time without one', async () => {
    const [first, again] = [await send(...to, '--key', 'k'), await send(...to, '--key', 'k')];
    expect([first.code, again.code]).toEqual([0, 0]);
    expect([first.document.kind, again.document.kind]).toEqual(['queued', 'known']);
    expect(again.document.message.id).toBe(first.document.message.id);
    expect([(await send(...to)).document.kind, (await send(...to)).document.kind]).toEqual([
      'queued',
      'queued',
    ]);
    const otherText = ['messages', 'send', '--app', '01APP', '--key', 'k', '--text', 'Ho', ...to];
    const other = await cli.run(...otherText);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('another message has the key k');
  });

  it('--within limits how long it may wait for its request', async () => {
    const { document } = await send(...to, '--within', '5m');
    const { createdAt, notAfter, id } = document.message;
    const waitsMs = Date.parse(notAfter) - Date.parse(createdAt);
    expect(Math.abs(waitsMs - 300_000)).toBeLessThan(5_000);
    expect((await cli.run('outbound', 'show', id)).stdout).toContain('not after');
  });

  it('refuses a person who has opted out, and says since when', async () => {
    await store(cli, {
      app_id: '01APP',
      event_time: '2026-11-23T10:00:00Z',
      opt_out_notification: {
        channel: 'SMS',
        identity: '15551234567',
        status: 'OPT_OUT_SUCCEEDED',
      },
    });
    const refused = await send('--to', 'SMS:001 555 123 45 67');
    expect(refused.code).toBe(1);
    expect(refused.document.error).toMatchObject({ code: 'opted-out' });
    expect(refused.stderr).toContain('opted out at 2026-11-23 10:00:00Z');
    expect((await send(...to, '--allow-opted-out')).code).toBe(0);
  });

  it('waits until the message is delivered, and exits 1 when it is not', async () => {
    const queued = await send(...to, '--key', 'k');
    const { id } = queued.document.message;
    const late = await send(...to, '--key', 'k', '--wait', 'sent', '--timeout', '1ms');
    expect([late.code, late.document.end]).toEqual([1, 'timed-out']);
    await store(cli, submit(id), submit(id, 'DELIVERED'));
    const delivered = await send(...to, '--key', 'k', '--wait', 'delivered');
    expect(delivered).toMatchObject({
      code: 0,
      document: { end: 'reached', progress: { state: 'SENT', status: 'DELIVERED' } },
    });
  });

  it.each([
    [['--to', '+15551234567'], 'CHANNEL:identity'],
    [[], '--to'],
    [[...to, '--contact', 'c'], 'one recipient'],
    [[...to, '--message', 'x.json'], 'one message'],
  ])('%j is a wrong use', async (more, problem) => {
    const ended = await cli.run('messages', 'send', '--app', '01APP', '--text', 'Hi', ...more);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(problem);
  });
});

describe('outbound', () => {
  it('lists and shows messages without what they say', async () => {
    const { document } = await send(...to, '--key', 'order-7');
    const listed = await cli.runJson('outbound', 'list', '--to', '+1 555 123 4567');
    expect(listed.document.messages).toMatchObject([{ key: 'order-7', state: 'QUEUED' }]);
    const shown = await cli.run('outbound', 'show', 'order-7');
    expect(shown.stdout).toContain(document.message.id);
    expect(shown.stdout).toContain('SMS:+15551234567');
    expect(listed.stdout + shown.stdout).not.toContain('Hi');
    expect((await cli.run('outbound', 'show', 'order-8')).code).toBe(1);
    const sent = await cli.runJson('outbound', 'list', '--state', 'sent', '--state', 'refused');
    expect(sent.document.messages).toEqual([]);
  });

  it('queues an uncertain message again, and gives one up', async () => {
    const [first, second] = [await send(...to), await send(...to)];
    const [one, other] = [first.document.message.id, second.document.message.id];
    await settle(one, 'UNCERTAIN');
    await settle(other, 'UNCERTAIN');
    expect((await cli.run('outbound', 'discard', other)).stdout).toContain('1 message discarded');
    const all = ['outbound', 'resend', '--app', '01APP', '--state', 'UNCERTAIN'];
    expect((await cli.runJson(...all, '--older-than', '2h')).document.changed).toEqual([]);
    expect((await cli.runJson(...all)).document.changed).toEqual([one]);
    const states = await cli.runJson('outbound', 'list');
    expect(states.document.messages.map((row: { state: string }) => row.state)).toEqual([
      'DISCARDED',
      'QUEUED',
    ]);
    expect((await cli.run('outbound', 'resend', one, 'unknown')).code).toBe(1);
  });

  it('neither resends nor discards what is sent', async () => {
    const { document } = await send(...to);
    await settle(document.message.id, 'SENT');
    for (const command of ['resend', 'discard']) {
      expect((await cli.run('outbound', command, document.message.id)).code).toBe(1);
    }
  });
});
