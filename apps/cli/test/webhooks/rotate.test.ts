import { decideEvent, verifySignature } from '@sinch-callbacks/core';
import { createEventWriter } from '@sinch-callbacks/db';
import { describe, expect, it } from 'vitest';
import { useCli } from '../harness/cli-harness.ts';
import { type Received, startHttpServer } from '../harness/http-server.ts';
import { reportOf } from '../harness/letters.ts';
import { openAccount, secrets } from '../harness/sinch-account.ts';

describe('webhooks rotate', () => {
  it('sets the first secret at Sinch and nothing else, where the receivers are ready', async () => {
    const { run, register, webhooks, target } = await openAccount();
    const before = await register({ secret: secrets.old, triggers: ['OPT_IN'] });
    const other = await register({ target: 'https://other.example/', secret: secrets.old });
    const args = ['rotate', '--target', target, '--receivers-ready'];
    expect(await run(...args, '--dry-run')).toMatchObject({ code: 0 });
    expect(await webhooks()).toEqual([before, other]);
    const rotated = await run(...args);
    expect(rotated).toMatchObject({ code: 0, stderr: expect.stringContaining('position 1') });
    expect(await webhooks()).toEqual([{ ...before, secret: secrets.new }, other]);
    expect(await run(...args)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^nothing/),
    });
  });

  it('after a lost answer has set it', async () => {
    const faults = { lostAnswers: 1 };
    const faultyOperations = ['update-webhook' as const];
    const { run, register, webhooks, target } = await openAccount({ faults, faultyOperations });
    await register({ secret: secrets.old });
    expect(await run('rotate', '--target', target, '--receivers-ready')).toMatchObject({ code: 0 });
    expect(await webhooks()).toMatchObject([{ secret: secrets.new }]);
  });

  it.each([
    [{ secret: 'unknown' }, 'not in SINCH_WEBHOOK_SECRET'],
    [{ secret: '' }, 'has no secret'],
    [{ target: 'https://other.example/' }, 'no webhook of the app has this target'],
  ])('changes nothing at a webhook with %j', async (changes, message) => {
    const { run, register, webhooks, target } = await openAccount();
    const before = await register(changes);
    const ended = await run('rotate', '--target', target, '--receivers-ready');
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
    expect(await webhooks()).toEqual([before]);
  });

  it('asks for --receivers-ready where it has no database', async () => {
    const { run, register, webhooks, target } = await openAccount();
    await register({ secret: secrets.old });
    const ended = await run('rotate', '--target', target);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('--receivers-ready') });
    expect(await webhooks()).toMatchObject([{ secret: secrets.old }]);
  });
});

describe('webhooks rotate with a database', () => {
  const cli = useCli();

  async function openRotation(held: readonly string[], answer?: number) {
    const isHeld = ({ body: bytes, headers }: Received) =>
      verifySignature(bytes, (name) => headers[name]?.toString(), held).kind === 'valid';
    const receiver = await startHttpServer((request) => ({
      status: answer ?? (isHeld(request) ? 200 : 401),
      body: '{}',
    }));
    const account = await openAccount({}, { DATABASE_URL: cli.env['DATABASE_URL'] ?? '' });
    const target = `${receiver.url}/api/sinch/webhook`;
    await account.register({ target, secret: secrets.old });
    const rotate = async () => await account.run('rotate', '--target', target);
    return { ...account, rotate, receiver };
  }

  async function storeOne() {
    const receivedAt = new Date(Date.now() - 3_600_000).toISOString();
    const event = { ...reportOf('01M'), receivedAt };
    const decision = decideEvent(event);
    if (decision.kind === 'refuse') throw new Error(decision.reason);
    await createEventWriter(cli.database, () => new Date()).write([
      { event, decision, attempts: 1 },
    ]);
  }

  it('sends a stored callback again with both secrets, and then changes Sinch', async () => {
    await storeOne();
    const { rotate, webhooks, receiver } = await openRotation([secrets.new, secrets.old]);
    expect(await rotate()).toMatchObject({ code: 0 });
    expect(await webhooks()).toMatchObject([{ secret: secrets.new }]);
    const sent = new Set(receiver.requests.map((request) => request.body.toString()));
    expect(sent).toEqual(new Set([reportOf('01M').rawBody.text]));
    expect(receiver.requests).toHaveLength(16);
  });

  it.each([
    ['lack the new secret', [secrets.old], undefined, 'position 0'],
    ['have dropped the old one', [secrets.new], undefined, 'position 1'],
    ['answer something else', [], 404, 'answers 404'],
  ])('changes nothing while the receivers %s', async (_, held, status, message) => {
    await storeOne();
    const { rotate, webhooks } = await openRotation(held, status);
    const ended = await rotate();
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
    expect(await webhooks()).toMatchObject([{ secret: secrets.old }]);
  });

  it('changes nothing where no callback can probe the receivers', async () => {
    const { rotate, webhooks, receiver } = await openRotation([secrets.new, secrets.old]);
    const stderr = expect.stringContaining('--receivers-ready');
    expect(await rotate()).toMatchObject({ code: 1, stderr });
    expect(await webhooks()).toMatchObject([{ secret: secrets.old }]);
    expect(receiver.requests).toEqual([]);
  });
});
