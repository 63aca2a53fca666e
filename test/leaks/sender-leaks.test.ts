import { until } from '@sinch-callbacks/dev-env/processes';
import { queryRows } from '@sinch-callbacks/dev-env/servers';
import { programs } from '@sinch-callbacks/dev-env/stack';
import { type SinchApi, startSinchApi } from '@sinch-callbacks/simulator/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { canariesIn, contents, secrets } from './canaries.ts';
import { type LeakyProcess, type LeakyStack, openLeakyStack } from './leaky-stack.ts';

const everything = { ...secrets, ...contents };
const appId = '01CANARYAPP';

let stack: LeakyStack;
let local: SinchApi;
let sender: LeakyProcess;

beforeAll(async () => {
  stack = await openLeakyStack();
  local = await startSinchApi({
    projects: [{ keySecret: secrets.apiSecret, apps: [{ appId }] }],
    faults: { lostAnswers: 0.3 },
    faultyOperations: ['send-message'],
    seed: 'canaries',
  });
  sender = await stack.startSender('sender', local);
});

afterAll(async () => {
  await stack?.close();
  await local?.close();
});

it('no secret, text or number shows in the log and the answers of a sender, whose messages are sent, refused and lost', async () => {
  // Sinch refuses the second channel.
  await Promise.all(['SMS', 'NOWHERE'].map(queueCanaries));
  const left = `SELECT FROM outbound WHERE state IN ('QUEUED', 'SENDING')`;
  await until(async () => (await queryRows(stack.database.url, left)).length === 0, {
    what: 'all messages to be settled',
    timeoutMs: 60_000,
  });

  for (const page of ['healthz', 'readyz', 'metrics']) {
    const shown = await (await fetch(`${sender.url}/${page}`)).text();
    expect([page, canariesIn(shown, everything)]).toEqual([page, []]);
  }
  const output = stack.outputs.get('sender') ?? '';
  // Without these lines the search would prove nothing.
  for (const said of ['"state":"SENT"', '"state":"UNCERTAIN"', '"state":"REFUSED"']) {
    expect(output).toContain(said);
  }
  expect(canariesIn(output, everything)).toEqual([]);
});

/** Queues a message with canaries by the command, and 24 like it. */
async function queueCanaries(channel: string): Promise<void> {
  const to = ['--to', `${channel}:+${contents.phone}`, '--key', channel];
  const message = ['--text', contents.text, '--metadata', contents.metadata, '--app', appId];
  const args = [programs.cli, '--no-stack', 'messages', 'send', ...to, ...message];
  expect(await stack.run(`queue ${channel}`, args)).toContain('queued');
  await queryRows(
    stack.database.url,
    `INSERT INTO outbound (id, app_id, key, lane, identities, content_digest, request)
     SELECT gen_random_uuid(), app_id, key || n, lane || n, identities, content_digest, request
     FROM outbound, generate_series(1, 24) AS n WHERE key = $1`,
    [channel],
  );
}
