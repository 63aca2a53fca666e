import { webhookTriggers } from '@sinch-callbacks/sinch-api';
import { describe, expect, it } from 'vitest';
import { callbacksHere } from '../harness/cli-harness.ts';
import { openAccount, secrets } from '../harness/sinch-account.ts';

const others = [1, 2, 3, 4].map((n) => ({
  target: `https://other.example/${n}?token=hidden-${n}`,
  secret: `secret-of-other-${n}`,
  triggers: webhookTriggers.slice(0, n),
  target_type: n % 2 === 0 ? ('HTTP' as const) : ('DISMISS' as const),
}));

describe('webhooks sync', () => {
  it('creates the webhook in an empty app, and then has nothing to do', async () => {
    const { sync, webhooks, target } = await openAccount();
    const first = await sync();
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^created {2}\S+ {2}/) });
    const created = await webhooks();
    expect(created).toMatchObject([
      { target, target_type: 'HTTP', triggers: webhookTriggers, secret: secrets.new },
    ]);
    expect(await sync()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^nothing to do/),
    });
    expect(await sync('--check')).toMatchObject({ code: 0 });
    expect(await webhooks()).toEqual(created);
  });

  it.each([
    [{ target_type: 'DISMISS' as const }, 'target type DISMISS, not HTTP'],
    [{ triggers: webhookTriggers.slice(1) }, `1 trigger missing: ${webhookTriggers[0]}`],
    [{ secret: secrets.old }, 'secret differs: it is that of position 1'],
    [{ secret: 'of-long-ago' }, 'secret differs: it is none of SINCH_WEBHOOK_SECRET'],
    [{ secret: '' }, 'no secret'],
  ])('finds %j: --check exits 1, --dry-run 0, and a sync corrects it', async (drift, shown) => {
    const { sync, register, webhooks, sinch } = await openAccount();
    const registered = await register(drift);
    const check = await sync('--check');
    expect(check).toMatchObject({ code: 1, stdout: expect.stringContaining(shown) });
    expect(await sync('--dry-run')).toMatchObject({ code: 0, stdout: check.stdout });
    expect(await webhooks()).toEqual([registered]);

    expect(await sync()).toMatchObject({ code: 0, stdout: expect.stringContaining(shown) });
    expect(await webhooks()).toEqual([
      { ...registered, target_type: 'HTTP', triggers: [...webhookTriggers], secret: secrets.new },
    ]);
    expect(sinch.truth().requests['update-webhook']).toEqual({ 200: 1 });
    expect(await sync('--check')).toMatchObject({ code: 0 });
  });

  it('touches no other webhook, whatever it has to do', async () => {
    const { sync, register, webhooks, target } = await openAccount();
    for (const other of others) await register(other);
    const before = await webhooks();
    const own = async () => (await webhooks()).filter((webhook) => webhook.target === target);
    await sync();
    expect((await webhooks()).slice(0, 4)).toEqual(before);
    await sync();
    expect(await own()).toHaveLength(1);
    expect((await webhooks()).slice(0, 4)).toEqual(before);
  });

  it('explains what to do where five are taken, and creates nothing', async () => {
    const { sync, register, webhooks } = await openAccount();
    for (const other of [...others, { target: 'https://other.example/5' }]) await register(other);
    const { code, stderr } = await sync();
    expect(code).toBe(1);
    expect(stderr).toContain('callbacks webhooks delete <id>');
    for (const { id } of await webhooks()) expect(stderr).toContain(id);
    expect(stderr).toContain('https://other.example/1?…');
    expect(stderr).not.toMatch(/hidden|secret-of-other/);
    expect(await webhooks()).toHaveLength(5);
  });

  it('changes nothing while ingest is not well, unless that is asked for', async () => {
    const { sync, webhooks, health, ingest } = await openAccount();
    health.answer = { status: 503, body: '{}' };
    expect(await sync()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\/api\/health answers 503, not 200.*--skip-health/),
    });
    health.answer = 'cut';
    expect(await sync()).toMatchObject({ code: 1, stderr: expect.stringContaining('answer') });
    expect(await webhooks()).toEqual([]);
    expect(new Set(ingest.requests.map(({ path }) => path))).toEqual(new Set(['/api/health']));
    expect(await sync('--skip-health')).toMatchObject({ code: 0 });
    expect(await webhooks()).toHaveLength(1);
  });

  it('has a document for programs', async () => {
    const { runJson, target, appId } = await openAccount();
    const args = ['sync', '--target', target];
    const planned = await runJson(...args, '--dry-run');
    expect(planned.document).toEqual({ action: 'create', done: false, differences: [] });
    const { document } = await runJson(...args);
    const webhook = { id: expect.any(String), target, targetType: 'HTTP' };
    const secret = { kind: 'ours', position: 0 };
    expect(document).toMatchObject({
      action: 'create',
      done: true,
      webhook: { ...webhook, secret },
    });
    expect((await runJson(...args)).document).toMatchObject({ action: 'nothing', done: true });
    expect(appId).not.toBe('');
  });
});

describe('webhooks sync refuses, and calls nothing,', () => {
  it.each([
    ['without a secret', { SINCH_WEBHOOK_SECRET: '' }, 'SINCH_WEBHOOK_SECRET is not set'],
    ['with the placeholder', { SINCH_WEBHOOK_SECRET: 'replace-me-with-it' }, 'placeholder'],
    ['without an app', { SINCH_APP_ID: '', SINCH_REGION: '' }, /SINCH_REGION[^]*SINCH_APP_ID/],
  ])('%s', async (_, variables, message) => {
    const { sync, webhooks } = await openAccount({}, variables);
    expect(await sync()).toMatchObject({ code: 2, stderr: expect.stringMatching(message) });
    expect(await webhooks()).toEqual([]);
  });

  it.each([
    ['http://example.com/api/sinch/webhook', 'https://'],
    ['https://example.com', 'whole path'],
  ])('the target %s', async (address, message) => {
    const { run } = await openAccount();
    const ended = await run('sync', '--target', address);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  it('without a target', async () => {
    const { run } = await openAccount();
    const stderr = expect.stringContaining('--target');
    expect(await run('sync')).toMatchObject({ code: 2, stderr });
  });
});

describe('where Sinch does not answer as it should, a sync', () => {
  it('looks again after a lost answer, and creates one webhook', async () => {
    const { sync, webhooks, sinch } = await openAccount({
      faults: { lostAnswers: 1 },
      faultyOperations: ['create-webhook', 'update-webhook'],
    });
    expect(await sync()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^created/) });
    expect(await webhooks()).toHaveLength(1);
    expect(sinch.truth().requests['create-webhook']).toEqual({ 'lost-answer': 1 });
    expect(await sync()).toMatchObject({ code: 0, stdout: expect.stringMatching(/^nothing/) });
  });

  it('creates one webhook, whichever share of answers is lost, hangs or fails', async () => {
    const faults = { lostAnswers: 0.2, hangs: 0.2, unavailable: 0.1, expiredTokens: 0.1 };
    for (const seed of ['one', 'two', 'three']) {
      const { sync, webhooks } = await openAccount({ seed, faults });
      let code: number | null = null;
      for (let tries = 0; tries < 10 && code !== 0; tries += 1) {
        ({ code } = await sync('--timeout', '300ms'));
      }
      expect({ seed, code }).toEqual({ seed, code: 0 });
      const found = await webhooks();
      expect({ seed, found: found.length }).toEqual({ seed, found: 1 });
    }
  });

  it('exits 3 when it is down, and 1 when it refuses, with a reason', async () => {
    const down = await openAccount({ faults: { unavailable: 1 } });
    expect(await down.sync()).toMatchObject({ code: 3, stderr: expect.stringContaining('503') });
    const wrong = await openAccount({}, { SINCH_ACCESS_SECRET: 'wrong-access-secret' });
    const refused = await wrong.sync();
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('401') });
    const other = await openAccount({}, { SINCH_APP_ID: '01OTHERAPP' });
    expect(await other.sync()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('SINCH_REGION'),
    });
  });
});

it('a secret of the running stack never becomes that of a webhook elsewhere', async () => {
  const { env, webhooks } = await openAccount();
  const { mkdtemp, writeFile, rm } = await import('node:fs/promises');
  const folder = await mkdtemp('/tmp/stack-');
  try {
    const stack = `${folder}/stack.json`;
    await writeFile(stack, JSON.stringify({ webhookSecret: 'of-the-stack' }));
    const { SINCH_WEBHOOK_SECRET: _, ...rest } = env;
    const target = 'https://example.com/api/sinch/webhook';
    const args = ['webhooks', 'sync', '--skip-health', '--target', target, '--stack', stack];
    const ended = await callbacksHere(args, rest);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('this machine alone') });
    expect(await webhooks()).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
