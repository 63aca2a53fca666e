import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { attemptsLost, readWorkerLogs } from './read-worker-logs.ts';

const applied = (eventKey: string, result: string) =>
  `{"level":"info","eventKey":"${eventKey}","trigger":"T","attempt":1,"result":"${result}","msg":"event applied"}\n`;
const failed = (err: string) =>
  `{"level":"warn","eventKey":"a","errorClass":"transient","err":"${err}","msg":"attempt failed"}\n`;

it('counts the events that all workers together applied, without duplicates', async () => {
  const { applications } = await readLogs(
    `${applied('a', 'applied')}${applied('b', 'applied')}{"result":"applied","eventK`,
    applied('a', 'duplicate') + applied('b', 'applied'),
  );
  expect(applications).toEqual(
    new Map([
      ['a', 1],
      ['b', 2],
    ]),
  );
});

it('finds an attempt that an outage has used up, and accepts a lock as a reason', async () => {
  const workerLogs = await readLogs(
    failed('canceling statement due to lock timeout (SQLSTATE 55P03)'),
    failed('ConnectionClosed') + failed('ConnectionClosed'),
  );
  expect(attemptsLost(workerLogs)).toEqual([
    'an outage cost 2 events an attempt: ConnectionClosed',
  ]);
});

async function readLogs(...texts: string[]): ReturnType<typeof readWorkerLogs> {
  const directory = await mkdtemp(join(tmpdir(), 'sinch-callbacks-logs-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const paths = texts.map((_, index) => join(directory, `${index}.log`));
  for (const [index, path] of paths.entries()) await writeFile(path, texts[index] ?? '');
  return await readWorkerLogs(paths);
}
