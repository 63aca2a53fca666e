import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  freePort,
  isAlive,
  type ProcessOptions,
  startProcess,
  until,
} from '../src/processes/index.ts';

describe('startProcess', () => {
  test('is ready when the line comes, and stops on SIGTERM', async () => {
    const child = await startNode(
      `process.on('SIGTERM', () => process.exit(7));
       setInterval(() => {}, 1000); console.log('up');`,
      { readyWhen: { kind: 'line', pattern: /^up$/ } },
    );

    await expect(child.stop()).resolves.toEqual({ code: 7, signal: null });
    await expect(child.stop()).resolves.toEqual({ code: 7, signal: null });
  });

  test('is ready when the address answers', async () => {
    const port = await freePort();
    const child = await startNode(
      `const server = require('node:http').createServer((_, answer) => answer.end());
       setTimeout(() => server.listen(${port}, '127.0.0.1'), 100)`,
      { readyWhen: { kind: 'http', url: `http://127.0.0.1:${port}/` } },
    );

    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    await expect(child.kill()).resolves.toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('kills a process that does not stop by the deadline', async () => {
    const child = await startNode(
      `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up');`,
      { readyWhen: { kind: 'line', pattern: /up/ }, stopTimeoutMs: 100 },
    );

    await expect(child.stop()).resolves.toEqual({ code: null, signal: 'SIGKILL' });
  });

  test('leaves no grandchild behind', async () => {
    const child = await startProcess({
      command: '/bin/sh',
      args: ['-c', 'sleep 60 & echo "pid $!"; wait'],
      readyWhen: { kind: 'line', pattern: /pid/ },
    });
    const grandchild = Number(child.lastLines().replace('pid ', ''));
    expect(isAlive(grandchild)).toBe(true);

    await child.kill();

    await until(() => !isAlive(grandchild), { what: 'the grandchild to be gone' });
  });

  test('shows the last lines of a child that ends before it is ready', async () => {
    const starting = startNode(`console.error('port is taken'); process.exit(3)`, {
      name: 'ingest',
      readyWhen: { kind: 'line', pattern: /never/ },
    });

    await expect(starting).rejects.toThrow(
      'ingest ended before it was ready (exit code 3). Its last lines:\nport is taken',
    );
  });

  test('shows the last lines of a child that is not ready in time, and ends it', async () => {
    const starting = startNode(`console.log('pid ' + process.pid); setInterval(() => {}, 1000)`, {
      name: 'worker',
      readyWhen: { kind: 'line', pattern: /never/ },
      readyTimeoutMs: 500,
    });

    const error = await starting.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(String(error)).toContain('worker was not ready after 500 ms (waited for a line like');
    const pid = Number(/pid (\d+)/.exec(String(error))?.[1]);
    await until(() => !isAlive(pid), { what: 'the child to be gone' });
  });

  test('names a command that does not exist', async () => {
    const starting = startProcess({ command: '/nowhere/at-all', name: 'redis' });

    await expect(starting).rejects.toThrow('redis could not be started: spawn /nowhere/at-all');
  });

  test('stops its children when it is killed, with SIGKILL if they ignore SIGTERM', async () => {
    const stubborn = `trap '' TERM; echo deaf; while :; do sleep 1; done`;
    const module = new URL('../src/processes/index.ts', import.meta.url).href;
    const parent = await startNode(
      `import(${JSON.stringify(module)}).then(async ({ startProcess }) => {
         const willing = await startProcess({ command: 'sleep', args: ['60'] });
         const deaf = await startProcess({
           command: '/bin/sh',
           args: ['-c', ${JSON.stringify(stubborn)}],
           readyWhen: { kind: 'line', pattern: /deaf/ },
         });
         console.log('children ' + willing.pid + ' ' + deaf.pid);
         setInterval(() => {}, 1000);
       })`,
      { readyWhen: { kind: 'line', pattern: /children/ } },
    );
    const children = (parent.lastLines().match(/\d+/g) ?? []).map(Number);
    expect(children.map(isAlive)).toEqual([true, true]);

    process.kill(parent.pid, 'SIGKILL');
    await parent.exited;

    await until(() => !children.some(isAlive), { what: 'the orphans to be gone' });
  }, 15_000);
});

describe('freePort', () => {
  test('gives the preferred port when it is free and another when it is taken', async () => {
    const port = await freePort();
    expect(await freePort(port)).toBe(port);

    const server = createServer().listen(port, '127.0.0.1');
    onTestFinished(() => void server.close());
    await new Promise((resolve) => {
      server.once('listening', resolve);
    });

    expect(await freePort(port)).not.toBe(port);
  });
});

async function startNode(code: string, options: Partial<ProcessOptions>) {
  const child = await startProcess({ command: process.execPath, args: ['-e', code], ...options });
  onTestFinished(async () => void (await child.kill()));
  return child;
}
