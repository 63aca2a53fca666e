import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePort, startProcess, until } from '@sinch-callbacks/dev-env/processes';
import type {} from '@sinch-callbacks/dev-env/vitest';
import { createSender } from '@sinch-callbacks/simulator';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { openRaw, postHead } from './contract/raw-request.ts';
import { listenerFile, type StartedIngest, startListener } from './servers/start-ingest.ts';

const secret = 'current-secret';

describe.each([1, 2])('a listener of %i processes', (count) => {
  let ingest: StartedIngest | undefined;
  afterEach(async () => void (await ingest?.stop()));

  async function start(environment: Readonly<Record<string, string>> = {}) {
    ingest = await startListener({
      SINCH_WEBHOOK_SECRET: secret,
      REDIS_URL: inject('redisUrl'),
      QUEUE_PREFIX: `processes-${count}`,
      INGEST_PROCESSES: String(count),
      ...environment,
    });
    return ingest;
  }

  const linesOf = ({ output }: StartedIngest, message: string) =>
    output()
      .split('\n')
      .filter((line) => line.includes(`"msg":"${message}"`))
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('logs its address in one line, and exits with 0 when it is stopped', async () => {
    const started = await start();
    const [line, ...others] = await until(
      () => {
        const lines = linesOf(started, 'ingest started');
        return lines.length > 0 && lines;
      },
      { what: 'the line' },
    );
    expect(others).toEqual([]);
    const { origin } = new URL(started.webhookUrl);
    expect(line).toMatchObject({
      ingestUrl: origin,
      processes: count,
      queue: 'redis',
      secretCount: 1,
    });
    expect(await started.stop()).toEqual({ code: 0, signal: null });
    expect(linesOf(started, 'ingest stopped').length).toBeGreaterThan(0);
  });

  it('takes a free port for port 0, and logs which', async () => {
    const started = await startProcess({
      command: process.execPath,
      args: [listenerFile],
      env: { INGEST_PROCESSES: String(count), INGEST_PORT: '0' },
      readyWhen: { kind: 'line', pattern: /"ingest started"/ },
    });
    const { ingestUrl } = JSON.parse(started.lastLines()) as { readonly ingestUrl: string };
    expect((await fetch(`${ingestUrl}/api/health`)).status).toBe(503);
    expect(await started.stop()).toEqual({ code: 0, signal: null });
  });

  it('finishes the request in progress when it is stopped, and then exits', async () => {
    const started = await start();
    const body = '{"app_id":"A"}';
    const { sign } = createSender({ url: started.webhookUrl, secret });
    const connection = await openRaw(started.webhookUrl);
    const headers = { ...sign(body), expect: '100-continue', 'content-length': body.length };
    await connection.write(postHead(started.webhookUrl, headers));
    // It says to go on once it reads the body.
    await connection.firstBytes;
    const stopping = started.stop();
    await until(() => linesOf(started, 'ingest stopping').length > 0, { what: 'it to stop' });
    await connection.write(body);
    expect(await connection.answers).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 [^]*\{"status":"accepted"\}$/,
    );
    expect(await stopping).toEqual({ code: 0, signal: null });
  });

  it('names every malformed variable once, shows no value, and does not start', async () => {
    const malformed = { INGEST_PORT: 'hunter2', LOG_LEVEL: 'hunter2' };
    const message = await start(malformed).then(String, String);
    expect(message).toContain('exit code 1');
    for (const name of Object.keys(malformed)) {
      expect(message.split(`- ${name} must be `)).toHaveLength(2);
    }
    expect(message).not.toContain('hunter2');
  });

  it('does not start on a port that is taken, and says so once', async () => {
    const port = await freePort();
    const taken = createServer().listen(port, '127.0.0.1');
    await once(taken, 'listening');
    const message = await start({ INGEST_PORT: String(port) }).then(String, String);
    taken.close();
    expect(message).toContain('exit code 1');
    expect(message.match(/INGEST_PORT is taken by another process/g)).toHaveLength(1);
  });
});

it('a process that dies is replaced and has its line, and callbacks are taken all the while', async () => {
  const ingest = await startListener({
    SINCH_WEBHOOK_SECRET: secret,
    REDIS_URL: inject('redisUrl'),
    QUEUE_PREFIX: 'replaced',
    INGEST_PROCESSES: '2',
  });
  const { send } = createSender({ url: ingest.webhookUrl, secret });
  const headers = { connection: 'close' };
  /** Each over a connection of its own, so that every process gets some. */
  const sendSome = async () => {
    const sending = Array.from({ length: 6 }, () => send('{"app_id":"A"}', { headers }));
    return (await Promise.all(sending)).every(({ status }) => status === 200);
  };
  const pids = () => new Set(ingest.requestLines().map(({ pid }) => Number(pid)));
  try {
    await until(async () => (await sendSome()) && pids().size === 2, {
      what: 'both processes to take callbacks',
    });
    const [victim = 0] = pids();
    process.kill(victim, 'SIGKILL');
    const death = await until(
      () =>
        ingest
          .output()
          .split('\n')
          .find((line) => line.includes('"msg":"ingest process died"')),
      { what: 'the line of its death' },
    );
    expect(JSON.parse(death)).toMatchObject({
      level: 'error',
      deadPid: victim,
      exitCode: null,
      signal: 'SIGKILL',
      restartInMs: expect.any(Number),
    });
    await until(async () => (await sendSome()) && pids().size === 3, {
      what: 'another one in its place',
    });
    expect(await ingest.stop()).toEqual({ code: 0, signal: null });
  } finally {
    await ingest.stop();
  }
});
