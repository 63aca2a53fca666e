import { expect, it } from 'vitest';
import type { Check } from '../../src/commands/doctor/check.ts';
import { callbacksHere, type Environment } from '../harness/cli-harness.ts';
import { openAccount } from '../harness/sinch-account.ts';

async function examine(env: Environment, ...args: string[]) {
  const { stdout } = await callbacksHere(['doctor', '--json', '--no-stack', ...args], env);
  const { checks } = JSON.parse(stdout) as { checks: Check[] };
  const ofSinch = checks.filter(({ name }) => /Sinch/.test(name));
  return ofSinch.map(({ name, status }) => `${name}: ${status}`);
}

it('the doctor reads the app and its webhook, and changes nothing', async () => {
  const { env, ingest, register, webhooks, sinch } = await openAccount();
  const at = ['--ingest-url', ingest.url];
  const missing = ['Sinch: ok', 'Sinch webhook: failure', 'kept at Sinch: warning'];
  expect(await examine(env, ...at)).toEqual(missing);
  await register();
  const before = await webhooks();
  expect(await examine(env, ...at)).toEqual([
    'Sinch: ok',
    'Sinch webhook: ok',
    'Sinch triggers: ok',
    'Sinch secret: ok',
    'kept at Sinch: warning',
  ]);
  expect(await webhooks()).toEqual(before);
  expect(Object.keys(sinch.truth().requests).toSorted()).toEqual(
    ['create-webhook', 'get-app', 'list-webhooks', 'token'].toSorted(),
  );
});

it('the doctor explains another region, wrong credentials and missing variables', async () => {
  const { env } = await openAccount();
  expect(await examine({ ...env, SINCH_APP_ID: '01OTHER' })).toEqual(['Sinch: failure']);
  expect(await examine({ ...env, SINCH_ACCESS_SECRET: 'wrong' })).toEqual(['Sinch: failure']);
  expect(await examine({ ...env, SINCH_REGION: '' })).toEqual(['Sinch: skipped']);
  expect(await examine({ ...env, SINCH_REGION: 'mars' })).toEqual(['Sinch: failure']);
});

it('the doctor says what a retention of some days gives', async () => {
  const { env } = await openAccount({ projects: [{ apps: [{ dispatchRetentionDays: 3 }] }] });
  expect(await examine(env)).toContain('kept at Sinch: ok');
});
