import { expect, it } from 'vitest';
import { callbacksHere, useCli } from '../harness/cli-harness.ts';
import { recordLetters } from '../harness/letters.ts';
import { eventOfBody, store } from '../harness/stored-bodies.ts';

const cli = useCli();

function report(status: string, second: number, channel = 'SMS', more: object = {}): object {
  return {
    app_id: '01APP',
    event_time: `2026-11-23T18:00:${String(second).padStart(2, '0')}Z`,
    message_delivery_report: {
      message_id: '01MESSAGE',
      status,
      channel_identity: { channel, identity: '+4670123' },
      ...more,
    },
  };
}

const show = async (id = '01MESSAGE') =>
  await callbacksHere(['message', '--no-stack', id], cli.env);
const json = async (id = '01MESSAGE') => {
  const { code, stdout } = await callbacksHere(['message', '--no-stack', '--json', id], cli.env);
  return { code, ...JSON.parse(stdout) };
};

it('dead letters of a message stand among its reports, by time, and it exits 1 while one is open', async () => {
  await store(cli, report('QUEUED_ON_CHANNEL', 1), report('READ', 9));
  expect(await show()).toMatchObject({ code: 0 });
  const dead = eventOfBody(report('DELIVERED', 5));
  await recordLetters(cli, [dead]);

  const { code, stdout, stderr } = await show();
  expect(code).toBe(1);
  expect(stderr).toContain('1 event of it died and made no row');
  const lines = stdout.split('\n').slice(stdout.split('\n').indexOf('Reports') + 2);
  expect(
    lines.map((line) => /QUEUED_ON_CHANNEL|DELIVERED \(dead, open\)|READ/.exec(line)?.[0]),
  ).toEqual(['QUEUED_ON_CHANNEL', 'DELIVERED (dead, open)', 'READ', undefined]);
  expect(await json()).toMatchObject({
    code: 1,
    status: 'READ',
    unapplied: [
      {
        state: 'DEAD',
        eventKey: dead.key,
        status: 'DELIVERED',
        errorClass: 'permanent',
        appId: '01APP',
      },
    ],
  });

  await callbacksHere(['dead', 'discard', '--no-stack', dead.key], cli.env);
  expect(await show()).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('dead, discarded'),
  });
});

it('a message whose only event died is found, and exits 1', async () => {
  await recordLetters(cli, [eventOfBody(report('DELIVERED', 5))]);
  const found = await json();
  expect(found).toMatchObject({ code: 1, reports: [], channels: [], unapplied: [{}] });
  expect(found).not.toHaveProperty('status');
  expect(await json('01OTHER')).toMatchObject({ code: 1, error: { code: 'not-found' } });
});

it('an event of an unknown kind that names the message is listed too', async () => {
  const [key] = await store(cli, { brand_new_notification: { message_id: '01MESSAGE' } });
  expect(await json()).toMatchObject({
    code: 0,
    unapplied: [{ state: 'UNHANDLED', eventKey: key }],
  });
  expect((await show()).stdout).toContain('unhandled');
});

it('shows how it stands on each channel, whose message it is, and when what happened', async () => {
  await store(
    cli,
    report('SWITCHING_CHANNEL', 2, 'RCS', {
      reason: { code: 'RCS_ERROR', sub_code: 'SUB', channel_code: '7' },
    }),
    report('DELIVERED', 1, 'SMS', { metadata: 'order-4711' }),
  );
  const found = await json();
  expect(found).toMatchObject({
    code: 0,
    status: 'DELIVERED',
    channel: 'SMS',
    identity: '4670123',
    metadata: 'order-4711',
    deliveredAt: '2026-11-23T18:00:01.000Z',
    channels: [
      {
        channel: 'RCS',
        status: 'SWITCHING_CHANNEL',
        reasonCode: 'RCS_ERROR',
        reasonSubCode: 'SUB',
      },
      { channel: 'SMS', status: 'DELIVERED' },
    ],
  });
  const { stdout } = await show();
  for (const part of ['order-4711', 'Channels', 'RCS_ERROR / SUB / 7', 'delivered']) {
    expect(stdout).toContain(part);
  }
});

it('shows nothing that was written', async () => {
  await store(cli, {
    message: {
      id: '01MESSAGE',
      contact_message: { text_message: { text: 'my secret' } },
      channel_identity: { channel: 'SMS', identity: '4670123' },
    },
  });
  expect((await show()).stdout).toContain('text_message');
  expect((await show()).stdout).not.toContain('my secret');
  expect(JSON.stringify(await json())).not.toContain('my secret');
});

it('a message that is to be sent is shown by its key, its id and then by the id that Sinch gave it', async () => {
  const sent = ['messages', 'send', '--app', '01APP', '--to', 'SMS:+46 70-123', '--text', 'secret'];
  const { document } = await cli.runJson(...sent, '--key', 'order-7');
  const { id } = document.message;
  const { code, stdout } = await show('order-7');
  expect(code).toBe(0);
  for (const part of ['not named by Sinch yet', 'Sending', 'QUEUED', 'order-7', id]) {
    expect(stdout).toContain(part);
  }
  expect(stdout).not.toContain('secret');
  expect(await json(id)).toMatchObject({ code: 0, outbound: { id, key: 'order-7' }, reports: [] });

  await cli.database.pool.query(
    `UPDATE outbound SET state = 'REFUSED', error_class = 'refused', error_message = 'no such app'`,
  );
  expect((await show('order-7')).stdout).toContain('no such app');

  await store(cli, report('DELIVERED', 5, 'SMS', { message_id: '01SENT', metadata: `sc:${id};` }));
  const named = { sinchMessageId: '01SENT', status: 'DELIVERED', outbound: { id, state: 'SENT' } };
  for (const name of ['order-7', id, '01SENT']) expect(await json(name)).toMatchObject(named);
  expect(await show('order-8')).toMatchObject({ code: 1 });

  await cli.runJson(...sent.with(3, '01OTHER'), '--key', 'order-7');
  expect(await json('order-7')).toMatchObject({ code: 1, error: { code: 'ambiguous' } });
});
