import path from 'node:path';
import { startProcess, until } from '@sinch-callbacks/dev-env/processes';
import { startSinchApi } from '@sinch-callbacks/simulator/api';
import { createSinchApi } from '@sinch-callbacks/sinch-api';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { sendMessage, startSender } from '../src/index.ts';
import { type OutboundFixture, openOutboundFixture } from './support/outbound-fixture.ts';
import { ignoreEvents, markersOf, quickTimings } from './support/sender-fixture.ts';
import type { SenderSettings } from './support/sender-main.ts';

let fixture: OutboundFixture;
beforeAll(async () => {
  fixture = await openOutboundFixture();
});
afterAll(async () => await fixture.close());

const stateOf = async () =>
  (await fixture.read<{ state: string }>('SELECT state::text FROM outbound'))[0]?.state;

it('a sender that was frozen before its request does not send what another has sent since', async () => {
  const local = await startSinchApi();
  const [project] = local.projects;
  const appId = project?.appIds[0];
  if (project === undefined || appId === undefined) throw new Error('no app');
  const { projectId, keyId, keySecret } = project;
  const api = {
    region: 'eu' as const,
    projectId,
    keyId,
    keySecret,
    apiUrl: local.url,
    authUrl: local.url,
  };
  const settings = { databaseUrl: fixture.url, appId, perSecond: 100, api, timings: quickTimings };
  const given = { key: 'k', appId, to: 'SMS:+15551230001', message: 'Hi' } as const;
  expect(await sendMessage(fixture.database, { ...given, onUncertain: 'resend' })).toMatchObject({
    kind: 'queued',
  });

  // The frozen one has claimed the row, and is waiting for the consent.
  const lock = await fixture.database.pool.connect();
  await lock.query('BEGIN; LOCK TABLE consent_event IN ACCESS EXCLUSIVE MODE');
  const frozen = await startProcess({
    name: 'frozen sender',
    command: process.execPath,
    args: [
      path.join(import.meta.dirname, 'support/sender-main.ts'),
      JSON.stringify(settings satisfies SenderSettings),
    ],
  });
  onTestFinished(async () => {
    await frozen.kill();
    await local.close();
  });
  await until(async () => (await stateOf()) === 'SENDING', { what: 'the claim' });
  process.kill(frozen.pid, 'SIGSTOP');
  await lock.query('COMMIT');
  lock.release();

  const client = createSinchApi(api);
  const { database } = fixture;
  const other = startSender({
    database,
    api: client,
    appId,
    perSecond: 100,
    events: ignoreEvents,
    timings: quickTimings,
  });
  await until(async () => (await stateOf()) === 'SENT', { what: 'another to send it' });
  await other.stop();
  await client.close();

  // A stop waits for what is in progress.
  process.kill(frozen.pid, 'SIGCONT');
  expect(await frozen.stop()).toEqual({ code: 0, signal: null });
  expect([...markersOf(local).values()].map((ids) => ids.length)).toEqual([1]);
  expect(await stateOf()).toBe('SENT');
});
