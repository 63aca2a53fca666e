import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { knownTriggers, receive, recognise } from '@sinch-callbacks/core';
import { freePort } from '@sinch-callbacks/dev-env/processes';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callbacks, callbacksHere } from '../harness/cli-harness.ts';
import { type Received, startHttpServer } from '../harness/http-server.ts';

const env = { SINCH_WEBHOOK_SECRET: 'test-secret,old-secret' };

/** Answers as ingest does, by the same rules, with the second secret of a rotation first. */
async function startReceiver(secrets = ['other-secret', 'test-secret']) {
  const server = await startHttpServer((request) => {
    const outcome = judge(request, secrets);
    return outcome.kind === 'verified'
      ? { status: 200, body: '{"status":"accepted"}' }
      : { status: 401, body: '{"status":"rejected"}' };
  });
  return { ...server, url: `${server.url}/api/sinch/webhook` };
}

function judge({ headers, body }: Received, secrets: readonly string[]) {
  const readHeader = (name: string) => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const settings = { secrets, timestampToleranceSeconds: 300, replayPolicy: 'absorb' } as const;
  return receive({ rawBody: body, readHeader, receivedAt: new Date() }, settings);
}

const send = (url: string, ...args: string[]) =>
  callbacksHere(['send', '--url', url, '--no-stack', ...args], env);

describe('send', () => {
  it('sends a signed sample of every trigger', async () => {
    const { url, requests } = await startReceiver();
    for (const trigger of knownTriggers) {
      const { code, stdout } = await send(url, trigger.toLowerCase());
      expect({ trigger, code, stdout }).toMatchObject({
        code: 0,
        stdout: expect.stringContaining(`200  accepted  ${trigger}.`),
      });
    }
    const received = requests.map(({ body }) => recognise(body.toString()));
    expect(received).toMatchObject(knownTriggers.map((trigger) => ({ trigger })));
  });

  it('says what to type next to see the message that was sent', async () => {
    const { url, requests } = await startReceiver();
    const { stderr } = await send(url, 'MESSAGE_DELIVERY');
    const [, id = ''] = /see it: callbacks message (\S+)\n/.exec(stderr) ?? [];
    expect(id).not.toBe('');
    expect(JSON.parse(String(requests[0]?.body))).toMatchObject({
      message_delivery_report: { message_id: id },
    });
    expect((await send(url, 'OPT_OUT')).stderr).not.toContain('see it');
    expect((await send(url, '--tamper')).stderr).not.toContain('see it');
  });

  it('works as a process of its own, and with --json writes one document', async () => {
    const { url } = await startReceiver();
    const args = ['send', 'OPT_OUT', '--url', url, '--no-stack', '--json', '--count', '2'];
    const { code, stdout, stderr } = await callbacks(args, env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      url,
      ok: true,
      sent: [{ kind: 'answered', status: 200 }, { kind: 'answered' }],
    });
    expect(JSON.parse(stdout).sent[0].eventKey).toMatch(/^OPT_OUT\..*\.[0-9a-f]{32}$/);
    expect(stdout + stderr).not.toContain('test-secret');
  });

  it('with a seed sends the same event again, with a new signature', async () => {
    const { url, requests } = await startReceiver();
    await send(url, '--seed', 'demo');
    await send(url, '--seed', 'demo');
    const [first, second] = requests;
    expect(first?.body.equals(second?.body ?? Buffer.alloc(0))).toBe(true);
    const nonce = 'x-sinch-webhook-signature-nonce';
    expect(first?.headers[nonce]).not.toBe(second?.headers[nonce]);
  });

  it('sends a file and stdin byte for byte', async () => {
    const { url, requests } = await startReceiver();
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x20, 0xff, 0x00, 0x7d, 0x0a]);
    const folder = await mkdtemp(join(tmpdir(), 'sinch-callbacks-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'body'), bytes);
    expect((await send(url, '--file', join(folder, 'body'))).code).toBe(0);
    expect(requests[0]?.body.equals(bytes)).toBe(true);

    const args = ['send', '--url', url, '--no-stack', '--body', '-'];
    expect((await callbacks(args, env, '{"from": "stdin"}\n')).code).toBe(0);
    expect(requests[1]?.body.toString()).toBe('{"from": "stdin"}\n');
  });

  it('takes a changed body that is refused for success, and one that is accepted for failure', async () => {
    const { url } = await startReceiver();
    const { code, stdout } = await send(url, '--tamper');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^401 /);
    const gullible = await startHttpServer(() => ({ status: 200, body: 'ok' }));
    expect(await send(gullible.url, '--tamper')).toMatchObject({ code: 1 });
  });

  it('signs with the timestamp and nonce that it is given', async () => {
    const { url, requests } = await startReceiver();
    await send(url, '--timestamp', '1634579353', '--nonce', '01FJA8B4A7BM43YGWSG9GBV067');
    expect(requests[0]?.headers).toMatchObject({
      'x-sinch-webhook-signature-timestamp': '1634579353',
      'x-sinch-webhook-signature-nonce': '01FJA8B4A7BM43YGWSG9GBV067',
    });
    await send(url, '--timestamp', '2d');
    const signedAt = Number(requests[1]?.headers['x-sinch-webhook-signature-timestamp']);
    expect(Math.abs(Date.now() / 1000 - 2 * 86_400 - signedAt)).toBeLessThan(60);
  });

  it('explains a 401 and exits 1', async () => {
    const { url } = await startReceiver(['another-secret']);
    const { code, stderr } = await send(url);
    expect(code).toBe(1);
    expect(stderr).toContain('does not hold the secret that signed this (from the environment)');
  });

  it('exits 1 after the first callback without an answer', async () => {
    const { code, stdout } = await send(`http://127.0.0.1:${await freePort()}`, '--count', '50');
    expect(code).toBe(1);
    expect(stdout.trimEnd().split('\n')).toEqual([expect.stringContaining('ECONNREFUSED')]);
  });

  it('prints a command that a shell sends just so, and sends nothing itself', async () => {
    const { url, requests } = await startReceiver();
    const text = `{"text":"it's \\"quoted\\" & $HOME"}`;
    const { code, stdout } = await send(url, '--body', text, '--print');
    expect({ code, requests }).toEqual({ code: 0, requests: [] });
    expect(stdout).not.toContain('test-secret');
    if (!hasCurl()) return;
    const answer = await promisify(execFile)('sh', ['-c', stdout]);
    expect(answer.stdout).toContain('{"status":"accepted"}');
    expect(requests[0]?.body.toString()).toBe(text);
  });

  it('without a secret or an address exits 2 and says what is missing', async () => {
    const { url } = await startReceiver();
    const noSecret = await callbacksHere(['send', '--url', url, '--no-stack'], {});
    expect(noSecret).toMatchObject({ code: 2, stderr: expect.stringContaining('SINCH_WEBHOOK') });
    const noUrl = await callbacksHere(['send', '--no-stack'], env);
    expect(noUrl).toMatchObject({ code: 2, stderr: expect.stringContaining('--url') });
  });
});

describe('the stack file', () => {
  async function stackFile(content: object): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'sinch-callbacks-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'stack.json'), JSON.stringify(content));
    return join(folder, 'stack.json');
  }

  it('gives address and secret, says so on stderr, and the environment overrides it', async () => {
    const { url, requests } = await startReceiver(['stack-secret']);
    const ingestUrl = new URL(url).origin;
    const file = await stackFile({ ingestUrl, webhookSecret: 'stack-secret' });
    const fromStack = await callbacks(['send', '--stack', file], {});
    expect(fromStack.code).toBe(0);
    expect(fromStack.stderr).toContain(`${url} (address and secret from ${file})`);
    expect(requests[0]?.path).toBe('/api/sinch/webhook');
    expect(await callbacksHere(['send', '--stack', file], env)).toMatchObject({ code: 1 });
  });

  it('that is requested and does not exist exits 2', async () => {
    const { code, stderr } = await callbacksHere(['send', '--stack', '/nowhere.json'], env);
    expect(code).toBe(2);
    expect(stderr).toContain('/nowhere.json does not exist');
  });
});

function hasCurl(): boolean {
  try {
    execFileSync('curl', ['--version']);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
