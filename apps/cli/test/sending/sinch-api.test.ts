import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { parseSinchApiConfig } from '@sinch-callbacks/config';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callbacksHere, mainFile } from '../harness/cli-harness.ts';
import { startHttpServer } from '../harness/http-server.ts';

/** Starts the command, and reads its output up to the last of the variables. */
async function startApi(...args: readonly string[]) {
  const child = spawn(process.execPath, [mainFile, 'sinch', '--api', '--no-stack', ...args], {
    cwd: tmpdir(),
    env: {},
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const isJson = args.includes('--json');
  const reader = createInterface({ input: isJson ? child.stderr : child.stdout });
  const lines: string[] = [];
  const lastVariable = Promise.withResolvers<void>();
  reader.on('line', (line) => {
    lines.push(line);
    if (line.includes('SINCH_ACCESS_SECRET=')) lastVariable.resolve();
  });
  await lastVariable.promise;
  const found = lines.flatMap((line) => [...line.matchAll(/(SINCH_[A-Z_]+)=(\S+)/g)]);
  const variables = Object.fromEntries(found.map(([, name = '', value = '']) => [name, value]));
  const tokenFor = async () => {
    const key = `${variables['SINCH_ACCESS_KEY_ID']}:${variables['SINCH_ACCESS_SECRET']}`;
    const answer = await fetch(`${variables['SINCH_AUTH_URL']}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(key).toString('base64')}` },
      body: 'grant_type=client_credentials',
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const post = async (path: string, body: object) =>
    await fetch(
      `${variables['SINCH_API_URL']}/v1/projects/${variables['SINCH_PROJECT_ID']}/${path}`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${await tokenFor()}` },
        body: JSON.stringify({ app_id: variables['SINCH_APP_ID'], ...body }),
      },
    );
  return { child, lines, variables, post };
}

const message = {
  recipient: { identified_by: { channel_identities: [{ channel: 'SMS', identity: '1' }] } },
  message: { text_message: { text: 'Hello' } },
};

describe('sinch --api', () => {
  it('prints all the variables that a client needs: they can be pasted', async () => {
    const { variables } = await startApi();
    expect(parseSinchApiConfig(variables)).toMatchObject({
      kind: 'valid',
      config: { apiUrl: variables['SINCH_API_URL'], authUrl: variables['SINCH_AUTH_URL'] },
    });
  });

  it('prints its variables, and a line for each request, till Ctrl-C', async () => {
    const { child, lines, variables, post } = await startApi('--compress', '10000');
    expect(Object.keys(variables)).toEqual([
      'SINCH_REGION',
      'SINCH_API_URL',
      'SINCH_AUTH_URL',
      'SINCH_PROJECT_ID',
      'SINCH_APP_ID',
      'SINCH_ACCESS_KEY_ID',
      'SINCH_ACCESS_SECRET',
    ]);
    const receiver = await startHttpServer(() => ({ status: 200, body: '' }));
    const triggers = ['MESSAGE_DELIVERY'];
    const webhook = { target: receiver.url, target_type: 'HTTP', triggers, secret: 's' };
    expect((await post('webhooks', webhook)).status).toBe(200);
    expect((await post('messages:send', message)).status).toBe(200);
    await expect.poll(() => receiver.requests.length).toBe(2);
    await expect
      .poll(() => lines.at(-1))
      .toMatch(/^200 {2}POST \/v1\/\S+\/messages:send {2}\d+ ms$/);

    const ended = once(child, 'close');
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(0);
  });

  it('with --json writes its counts when it is stopped', async () => {
    const { child, post, variables } = await startApi('--json', '--unavailable', '100');
    expect((await post('messages:send', message)).status).toBe(503);
    const stdout = text(child.stdout);
    child.kill('SIGTERM');
    expect(JSON.parse(await stdout)).toMatchObject({
      url: variables['SINCH_API_URL'],
      requests: { token: { 200: 1 }, 'send-message': { 503: 1 } },
      messages: 0,
      phones: 0,
    });
  });

  it('has the same ids and keys for the same seed', async () => {
    const [first, second] = [await startApi('--seed', 'x'), await startApi('--seed', 'x')];
    const keys = ({ variables }: typeof first) => ({
      ...variables,
      SINCH_API_URL: '',
      SINCH_AUTH_URL: '',
    });
    expect(keys(first)).toEqual(keys(second));
  });

  it.each([
    [['--api', '--messages', '3'], '--messages is for planned traffic: not with --api'],
    [['--api', '--url', 'http://localhost/'], '--url is for planned traffic: not with --api'],
    [['--lost-answers', '3'], '--lost-answers needs --api'],
    [['--api', '--hangs', '60', '--unavailable', '60'], 'A request has one fault at most.'],
  ])('refuses %j', async (args, expected) => {
    const { code, stderr } = await callbacksHere(['sinch', '--no-stack', ...args], {});
    expect(stderr).toContain(expected);
    expect(code).toBe(2);
  });

  it('refuses a port that is in use', async () => {
    const { url } = await startHttpServer(() => ({ status: 200, body: '' }));
    const { port } = new URL(url);
    const args = ['sinch', '--no-stack', '--api', '--port', port];
    expect(await callbacksHere(args, {})).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`port ${port} is in use`),
    });
  });
});
