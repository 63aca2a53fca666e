import type { ApiFaults, ApiOperation } from '@sinch-callbacks/simulator/api';
import { expect, it } from 'vitest';
import { callbacksHere, type Environment } from '../harness/cli-harness.ts';
import { openAccount, secrets } from '../harness/sinch-account.ts';

const foreign = 'foreign-hook-secret';
const query = 'token-in-a-query';
const clientSecret = 'secret-of-an-oauth-client';

interface Condition {
  readonly faults?: Partial<ApiFaults>;
  readonly faultyOperations?: readonly ApiOperation[];
  readonly variables?: Environment;
}

/** Pauses that take no time: the outcome is the same as with longer ones. */
const timings = { requestMs: 50, firstPauseMs: 1, longestPauseMs: 2 };

/** With these, the app has webhooks: their secrets are read, and then a write fails. */
const writes: readonly ApiOperation[] = ['update-webhook', 'delete-webhook'];

const conditions: readonly (readonly [string, Condition])[] = [
  ['answers', {}],
  ['answers 503', { faults: { unavailable: 1 } }],
  ['answers writes with 503', { faults: { unavailable: 1 }, faultyOperations: writes }],
  ['answers writes with 429', { faults: { tooManyRequests: 1 }, faultyOperations: writes }],
  ['fails to create', { faults: { unavailable: 1 }, faultyOperations: ['create-webhook'] }],
  ['answers 401', { faults: { expiredTokens: 1 } }],
  ['refuses the key', { variables: { SINCH_ACCESS_SECRET: 'wrong-access-secret' } }],
  ['hangs', { faults: { hangs: 1 } }],
  ['hangs at writes', { faults: { hangs: 1 }, faultyOperations: writes }],
  ['loses its answers to writes', { faults: { lostAnswers: 1 }, faultyOperations: writes }],
];

it.each(conditions)('no command prints a secret while Sinch %s', async (_, condition) => {
  const { faults = {}, faultyOperations, variables = {} } = condition;
  const options = { faults, ...(faultyOperations && { faultyOperations }) };
  const { appId, target, register, env } = await openAccount(options, variables, {
    ...timings,
    requestMs: 300,
  });
  // With faults an app may stay empty.
  const tryRegister = async (changes: Parameters<typeof register>[0]) =>
    await register(changes).then(
      (webhook) => webhook.id,
      () => '01ANY',
    );
  const id = await tryRegister({ secret: secrets.old });
  await tryRegister({
    target: `https://other.example/?key=${query}`,
    secret: foreign,
    client_credentials: {
      client_id: 'id',
      client_secret: clientSecret,
      endpoint: 'https://other.example/oauth',
    },
  });
  const commands = [
    ['list'],
    ['sync', '--check', '--target', target],
    ['sync', '--dry-run', '--target', target],
    ['rotate', '--target', target],
    ['rotate', '--receivers-ready', '--target', target],
    ['update', id, '--secret-position', '1'],
    ['sync', '--target', target],
    ['create', '--target', `https://x.example/?key=${query}`],
    ['create', '--target', `https://x.example/?key=${query}`],
    ['create', '--target', `https://y.example/${'x'.repeat(742)}?key=${query}`],
    ['create', '--target', 'https://z1.example/'],
    ['create', '--target', 'https://z2.example/'],
    ['sync', '--target', 'https://z3.example/api/sinch/webhook', '--skip-health'],
    ['delete', id, '--yes'],
  ];
  let output = '';
  const runOne = async (command: readonly string[], form: readonly string[]) => {
    const args = ['webhooks', ...command, '--timeout', '50ms', '--no-stack', ...form];
    const { code, stdout, stderr } = await callbacksHere(args, env, '', timings);
    expect([0, 1, 2, 3]).toContain(code);
    if (form.length > 0) expect(JSON.parse(stdout)).toBeTypeOf('object');
    output += stdout + stderr;
  };
  const runs = commands.flatMap((command) => [[], ['--json']].map((form) => [command, form]));
  if (Object.keys(faults).length > 0) {
    await Promise.all(runs.map(([command = [], form = []]) => runOne(command, form)));
  } else {
    for (const [command = [], form = []] of runs) await runOne(command, form);
  }
  const doctor = await callbacksHere(['doctor', '--no-stack', '--json'], env, '', timings);
  output += doctor.stdout + doctor.stderr;

  expect(output.length).toBeGreaterThan(1_000);
  const access = [env['SINCH_ACCESS_SECRET'] ?? '', env['SINCH_ACCESS_KEY_ID'] ?? ''];
  for (const secret of [...Object.values(secrets), foreign, query, clientSecret, ...access]) {
    expect(secret.length).toBeGreaterThan(5);
    expect(output).not.toContain(secret);
    expect(output).not.toContain(Buffer.from(secret).toString('base64').replace(/=+$/, ''));
  }
  expect(output).not.toContain('Bearer');
  expect(appId).not.toBe('');
});
