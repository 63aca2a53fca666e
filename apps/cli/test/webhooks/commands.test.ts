import { webhookTriggers } from '@sinch-callbacks/sinch-api';
import { describe, expect, it } from 'vitest';
import { openAccount, secrets } from '../harness/sinch-account.ts';

describe('webhooks list', () => {
  it('shows type, triggers and which of our secrets signs', async () => {
    const { run, runJson, register, target } = await openAccount();
    expect(await run('list')).toMatchObject({ code: 0, stdout: '' });
    await register({ secret: secrets.old });
    await register({ target: 'https://b.example/?key=hidden', secret: '', triggers: ['OPT_IN'] });
    await register({
      target: 'https://c.example/',
      secret: 'foreign',
      target_type: 'DISMISS',
      triggers: webhookTriggers.slice(2),
    });
    const { stdout, stderr } = await run('list');
    const cells = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/ {2,}/).slice(1));
    expect(cells).toEqual([
      ['TYPE', 'TRIGGERS', 'SECRET', 'TARGET'],
      ['HTTP', 'all', 'position 1', target],
      ['HTTP', '1, 20 missing', 'none', 'https://b.example/?…'],
      [
        'DISMISS',
        `19, without ${webhookTriggers.slice(0, 2).join(', ')}`,
        'another',
        'https://c.example/',
      ],
    ]);
    expect(stderr).toContain('3 webhooks of 5');
    const { document } = await runJson('list');
    expect(document.webhooks).toMatchObject([
      { target, targetType: 'HTTP', missingTriggers: [], secret: { kind: 'ours', position: 1 } },
      { secret: { kind: 'none' } },
      { secret: { kind: 'another' }, missingTriggers: webhookTriggers.slice(0, 2) },
    ]);
  });
});

describe('webhooks create', () => {
  it('creates one with the triggers, the type and the secret that are named', async () => {
    const { run, webhooks } = await openAccount();
    const args = ['create', '--target', 'https://x.example/hook', '--type', 'DISMISS'];
    const chosen = ['--trigger', 'opt-in', 'OPT_OUT', '--secret-position', '1'];
    expect(await run(...args, ...chosen, '--dry-run')).toMatchObject({ code: 0 });
    expect(await webhooks()).toEqual([]);
    expect(await run(...args, ...chosen)).toMatchObject({ code: 0 });
    expect(await webhooks()).toMatchObject([
      {
        target: 'https://x.example/hook',
        target_type: 'DISMISS',
        triggers: ['OPT_IN', 'OPT_OUT'],
        secret: secrets.old,
      },
    ]);
  });

  it('creates none beside one with the same target, nor a sixth, nor without a secret', async () => {
    const { run, register, webhooks } = await openAccount();
    const create = async (n: number, ...more: string[]) =>
      await run('create', '--target', `https://x.example/${n}`, ...more);
    for (const n of [1, 2, 3, 4]) await register({ target: `https://x.example/${n}` });
    expect(await create(1)).toMatchObject({ code: 1, stderr: expect.stringContaining('already') });
    expect(await create(5, '--secret-position', '2')).toMatchObject({ code: 2 });
    await register({ target: 'https://x.example/5' });
    expect(await create(6)).toMatchObject({ code: 1, stderr: expect.stringContaining('delete') });
    expect(await webhooks()).toHaveLength(5);
  });

  it('after a lost answer has created one', async () => {
    const faults = { lostAnswers: 1 };
    const { run, webhooks } = await openAccount({ faults, faultyOperations: ['create-webhook'] });
    const created = await run('create', '--target', 'https://x.example/1');
    expect(created).toMatchObject({ code: 0, stdout: expect.stringMatching(/^created/) });
    expect(await webhooks()).toHaveLength(1);
  });
});

it('a login in an address is refused, and not shown', async () => {
  const { run, register, printed } = await openAccount();
  const { id } = await register();
  const target = ['--target', 'https://user:hidden@x.example/hook'];
  for (const command of [['sync'], ['rotate'], ['create'], ['update', id]]) {
    expect(await run(...command, ...target)).toMatchObject({ code: 2 });
    const asJson = await run(...command, ...target, '--json');
    expect(JSON.parse(asJson.stdout)).toMatchObject({ error: { code: 'usage' } });
  }
  expect(printed()).not.toContain('hidden');
});

describe('webhooks update', () => {
  it('sets the fields that are named, and no others', async () => {
    const { run, register, webhooks } = await openAccount();
    const before = await register({ triggers: ['OPT_IN'], secret: secrets.old });
    const other = await register({ target: 'https://other.example/' });
    expect(await run('update', before.id, '--type', 'DISMISS', '--dry-run')).toMatchObject({
      code: 0,
    });
    expect(await webhooks()).toEqual([before, other]);
    await run('update', before.id, '--type', 'DISMISS');
    expect(await webhooks()).toEqual([{ ...before, target_type: 'DISMISS' }, other]);
    const moved = ['--target', 'https://moved.example/hook', '--all-triggers'];
    expect(await run('update', before.id, ...moved, '--secret-position', '0')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^set target, triggers, secret {2}/),
    });
    expect((await webhooks())[0]).toEqual({
      ...before,
      target: 'https://moved.example/hook',
      target_type: 'DISMISS',
      triggers: [...webhookTriggers],
      secret: secrets.new,
    });
  });

  it.each([
    [[], 2, 'nothing to set'],
    [['--secret-position', '7'], 2, 'no secret at position 7'],
    [['--trigger', 'BATCH_STATUS_UPDATE'], 2, 'Triggers are'],
    [['--target', 'http://x.example/hook'], 2, 'https://'],
  ])('refuses %j', async (args, code, message) => {
    const { run, register } = await openAccount();
    const { id } = await register();
    const ended = await run('update', id, ...args);
    expect(ended).toMatchObject({ code, stderr: expect.stringContaining(message) });
  });

  it('never touches a webhook of another app', async () => {
    const { run, register, sinch } = await openAccount({ projects: [{ apps: [{}, {}] }] });
    const other = sinch.projects[0]?.appIds[1] ?? '';
    const { id } = await register({ app_id: other });
    const stderr = expect.stringContaining(`no webhook ${id}`);
    expect(await run('update', id, '--all-triggers')).toMatchObject({ code: 1, stderr });
    expect(await run('delete', id, '--yes')).toMatchObject({ code: 1, stderr });
    expect(sinch.truth().requests).not.toHaveProperty('update-webhook');
    expect(sinch.truth().requests).not.toHaveProperty('delete-webhook');
  });
});

describe('webhooks delete', () => {
  it('deletes with --yes alone', async () => {
    const { run, register, webhooks } = await openAccount();
    const one = await register();
    const other = await register({ target: 'https://other.example/' });
    expect(await run('delete', one.id)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes'),
    });
    expect(await run('delete', one.id, '--dry-run')).toMatchObject({ code: 0 });
    expect(await webhooks()).toEqual([one, other]);
    expect(await run('delete', one.id, '--yes')).toMatchObject({ code: 0 });
    expect(await webhooks()).toEqual([other]);
    expect(await run('delete', one.id, '--yes')).toMatchObject({ code: 1 });
  });

  it('after lost answers has deleted it', async () => {
    const faults = { lostAnswers: 1 };
    const { run, register, webhooks } = await openAccount({
      faults,
      faultyOperations: ['delete-webhook'],
    });
    const { id } = await register();
    expect(await run('delete', id, '--yes')).toMatchObject({ code: 0 });
    expect(await webhooks()).toEqual([]);
  });
});
