import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { askRedis, type RedisServer, startRedis } from '@sinch-callbacks/dev-env/servers';
import { openProducer } from '@sinch-callbacks/queue';
import { expect, it, onTestFinished } from 'vitest';
import { openCliHarness } from '../harness/cli-harness.ts';
import { reportOf } from '../harness/letters.ts';

const page = new URL('../../../../docs/ARCHITECTURE.md', import.meta.url);

it.each(['FLUSHALL', 'flushall async'])(
  'what ARCHITECTURE.md says to do after %s brings every accepted callback back',
  async (flush) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'flushed-'));
    onTestFinished(async () => await rm(dataDir, { recursive: true, force: true }));
    const first = await start(dataDir);
    const cli = await openCliHarness('redis', first.url);
    onTestFinished(async () => await cli.close());
    const producer = openProducer(cli.location);
    const events = Array.from({ length: 20 }, (_, n) => reportOf(`01FLUSHED${n}`));
    for (const event of events) expect(await producer.enqueue(event)).toEqual({ kind: 'queued' });
    const accepted = await cli.jobIds('live');
    expect(accepted).toHaveLength(events.length);
    await askRedis(first.url, ...flush.split(' '));
    expect(await cli.jobIds('live')).toEqual([]);
    const after = reportOf('01AFTER');
    await producer.enqueue(after);
    await producer.close();
    await first.close();

    await promisify(execFile)('sh', ['-ec', await commandsOnThePage()], { cwd: dataDir });
    const second = await start(dataDir);
    const again = await openCliHarness('redis', second.url, cli.location.prefix);
    onTestFinished(async () => await again.close());
    expect(await again.jobIds('live')).toEqual([...accepted, after.key].toSorted());
  },
);

async function start(dataDir: string): Promise<RedisServer> {
  const redis = await startRedis({ dataDir, sources: ['binary', 'debian'] });
  if (redis.kind === 'unavailable') throw new Error(redis.message);
  onTestFinished(async () => await redis.close());
  return redis;
}

async function commandsOnThePage(): Promise<string> {
  const text = await readFile(page, 'utf8');
  const [, commands] = /<!-- test: undo FLUSHALL -->\n```sh\n([^`]+)```/.exec(text) ?? [];
  if (commands === undefined) throw new Error('the page does not say how FLUSHALL is undone');
  return commands;
}
