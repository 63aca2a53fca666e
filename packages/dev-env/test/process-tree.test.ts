import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import {
  continueTree,
  isAlive,
  killTree,
  startProcess,
  stopTree,
  until,
} from '../src/processes/index.ts';

test('killing a process kills a child that has a process group of its own', async () => {
  const { parent, child } = await startFamily();

  await killTree(parent);

  expect([parent, child].filter(isAlive)).toEqual([]);
});

test('a stopped process and its child do nothing until they are continued', async () => {
  const { parent, child } = await startFamily();
  const states = () => Promise.all([parent, child].map(stateOf));

  await stopTree(parent);
  await until(async () => (await states()).every((state) => state === 'T'), {
    what: 'both to be stopped',
  });
  await continueTree(parent);

  await until(async () => (await states()).every((state) => state === 'S'), {
    what: 'both to continue',
  });
});

test('killing a process that has exited is no error', async () => {
  const { parent } = await startFamily();
  await killTree(parent);
  await expect(killTree(parent)).resolves.toBeUndefined();
});

async function startFamily(): Promise<{ parent: number; child: number }> {
  const script = `const { spawn } = require('node:child_process');
    const child = spawn('sleep', ['60'], { detached: true });
    console.log('child ' + child.pid); setInterval(() => {}, 60_000);`;
  const started = await startProcess({
    command: process.execPath,
    args: ['--eval', script],
    readyWhen: { kind: 'line', pattern: /child/ },
  });
  onTestFinished(() => killTree(started.pid));
  return { parent: started.pid, child: Number(started.lastLines().replace('child ', '')) };
}

async function stateOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return /\) (\S)/.exec(stat)?.[1];
}
