import { chmod, mkdtemp, readFile, rm, stat, utimes } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  isAlive,
  type ProcessOptions,
  type StartedProcess,
  startProcess,
  until,
} from '@sinch-callbacks/dev-env/processes';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import type { Stack } from '@sinch-callbacks/dev-env/stack';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

// Starts a stack of its own with real processes, beside one that `npm start` may run here.
const root = fileURLToPath(new URL('..', import.meta.url));
const startTimeoutMs = 120_000;
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sinch-callbacks-start-'));
  // When root runs this, Postgres runs as another user, who must reach the directory.
  await chmod(dir, 0o755);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

describe('npm start', () => {
  test(
    'applies all of a burst, delivers a message, stays up, and leaves nothing behind when it is stopped',
    async () => {
      const start = await startUp();
      const stack = await readStack();
      const output = start.lastLines();

      expect(output).toMatch(/^ {2}rejected +0$/m);
      expect(output).toMatch(/^ {2}dead +1 /m);
      expect(output).toMatch(/^ {2}lost +0$/m);
      expect(output).toMatch(/^ {2}phone +1 .*DELIVERED in its row$/m);
      expect((await stat(join(dir, 'stack.json'))).mode & 0o777).toBe(0o600);
      expect((await fetch(`${stack.ingestUrl}/api/health`)).status).toBe(200);
      expect((await fetch(`${stack.adminUrl}/queues`)).status).toBe(200);

      await expect(start.stop()).resolves.toEqual({ code: 0, signal: null });

      await expectNothingLeft(stack);
      await expect(stat(join(dir, 'stack.json'))).rejects.toThrow('ENOENT');
    },
    startTimeoutMs,
  );

  describe('while another one runs', () => {
    let running: StartedProcess;
    let stack: Stack;

    beforeAll(async () => {
      running = await startProcess(whenUp());
      stack = await readStack();
    }, startTimeoutMs);
    afterAll(async () => void (await running.stop()));

    test(
      'refuses to start in the same folder and harms nothing',
      async () => {
        await expect(startUp()).rejects.toThrow('It is running already');
        expect((await fetch(`${stack.ingestUrl}/api/health`)).status).toBe(200);
      },
      startTimeoutMs,
    );

    test(
      'names a process that dies, exits 1 and leaves nothing running',
      async () => {
        process.kill(stack.pids.worker, 'SIGKILL');

        await expect(running.exited).resolves.toEqual({ code: 1, signal: null });
        expect(running.lastLines()).toContain('worker exited unexpectedly');
        await expectNothingLeft(stack);
      },
      startTimeoutMs,
    );
  });

  test(
    'leaves nothing running when it is killed, and the next one starts on the same data',
    async () => {
      const killed = await startUp();
      const stack = await readStack();
      process.kill(killed.pid, 'SIGKILL');
      await killed.exited;
      await expectNothingLeft(stack);

      const next = await startProcess({ ...command(['--once']), readyWhen: { kind: 'at-once' } });
      onTestFinished(async () => void (await next.kill()));

      await expect(next.exited).resolves.toEqual({ code: 0, signal: null });
      expect(next.lastLines()).toMatch(/^ {2}lost +0$/m);
      expect(next.lastLines()).toMatch(/^ {2}phone +1 .*DELIVERED in its row$/m);
    },
    startTimeoutMs,
  );
});

// Next allows one development server in a checkout: a developer's own may be running.
describe.runIf(sized({ short: false, long: true }))('pnpm dev', () => {
  test(
    'needs no build, applies its burst, and starts the worker again when a source changes',
    async () => {
      const dev = await startProcess({ ...whenUp(['--watch']), readyTimeoutMs: startTimeoutMs });
      onTestFinished(async () => void (await dev.kill()));
      const stack = await readStack();
      expect(dev.lastLines()).toMatch(/^ {2}lost +0$/m);
      const now = new Date();
      await utimes(join(root, 'apps/worker/src/main.ts'), now, now);
      const starts = async () => {
        const log = await readFile(join(dir, 'logs/worker.log'), 'utf8');
        return log.split('"msg":"worker started"').length - 1;
      };
      await until(async () => (await starts()) === 2, {
        what: 'the worker to start again',
        timeoutMs: 60_000,
      });
      await expect(dev.stop()).resolves.toEqual({ code: 0, signal: null });
      await expectNothingLeft(stack);
    },
    2 * startTimeoutMs,
  );
});

function command(options: readonly string[]) {
  return {
    name: 'npm start',
    command: process.execPath,
    args: ['scripts/start.ts', '--dir', dir, '--messages', '50', ...options],
    cwd: root,
  };
}

function whenUp(options: readonly string[] = []): ProcessOptions {
  return {
    ...command(options),
    readyWhen: { kind: 'line', pattern: /Everything is up/ },
    readyTimeoutMs: startTimeoutMs,
  };
}

async function startUp(): Promise<StartedProcess> {
  const start = await startProcess(whenUp());
  onTestFinished(async () => void (await start.stop()));
  return start;
}

async function readStack(): Promise<Stack> {
  return JSON.parse(await readFile(join(dir, 'stack.json'), 'utf8')) as Stack;
}

async function expectNothingLeft({ pids, ...stack }: Stack): Promise<void> {
  const urls = [stack.ingestUrl, stack.adminUrl, stack.databaseUrl, stack.queueUrl];
  await until(async () => (await Promise.all(urls.map(isRefused))).every(Boolean), {
    what: 'every port to be closed',
    timeoutMs: 20_000,
  });
  expect(Object.values(pids).filter(isAlive)).toEqual([]);
}

function isRefused(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.once('connect', () => {
      socket.destroy();
      resolve(false);
    });
    socket.once('error', () => resolve(true));
  });
}
