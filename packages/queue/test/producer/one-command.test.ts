import { randomUUID } from 'node:crypto';
import { until } from '@sinch-callbacks/dev-env/processes';
import { Redis } from 'ioredis';
import { expect, inject, it } from 'vitest';
import { openProducer } from '../../src/index.ts';
import { eventOf } from '../queue-harness.ts';

const events = 300;
const lanes = 20;

/**
 * A producer also reads the memory use, once in five seconds however many events come. That is not
 * part of the cost of an event.
 */
it('an accepted callback costs one Redis command', async () => {
  const url = inject('redisUrl');
  const prefix = `one-${randomUUID().slice(0, 8)}`;
  const redis = new Redis(url);
  const monitor = await redis.monitor();
  const producer = openProducer({ backend: { kind: 'redis', url }, prefix });
  try {
    const seen: { readonly name: string; readonly source: string; readonly isOurs: boolean }[] = [];
    monitor.on('monitor', (_time: string, args: string[], source: string) => {
      const isOurs = args.some((arg) => arg.includes(prefix));
      seen.push({ name: (args[0] ?? '').toLowerCase(), source, isOurs });
    });
    // The first two connect, and send the script that the others only name.
    for (const id of ['first', 'second']) {
      expect(await producer.enqueue(eventOf(id))).toEqual({ kind: 'queued' });
    }
    await until(() => seen.some(({ name, isOurs }) => isOurs && name === 'evalsha'), {
      what: 'them to be seen',
    });
    seen.length = 0;
    const startedAt = performance.now();
    await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        for (let n = lane; n < events; n += lanes) {
          expect(await producer.enqueue(eventOf(`event-${n}`))).toEqual({ kind: 'queued' });
        }
      }),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    const scripts = () => seen.filter(({ name, isOurs }) => isOurs && name === 'evalsha');
    await until(() => scripts().length >= events, { what: 'every command to be seen' });
    const source = scripts()[0]?.source;
    const sent = seen.filter((command) => command.source === source);
    expect(sent.filter(({ name }) => name !== 'info').map(({ name }) => name)).toEqual(
      Array(events).fill('evalsha'),
    );
    expect(sent.length - events).toBeLessThanOrEqual(1 + seconds / 5);
    // A script's own commands are not sent by the client; no other command is the producer's.
    expect(
      seen.filter((one) => one.isOurs && one.source !== source && one.source !== 'lua'),
    ).toEqual([]);
  } finally {
    monitor.disconnect();
    redis.disconnect();
    await producer.close();
  }
});
