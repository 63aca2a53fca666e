import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { until } from '@sinch-callbacks/dev-env/processes';
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
  const seen: SeenCommand[] = [];
  const monitor = await openMonitor(url, (line) => {
    const command = readCommand(line);
    if (command) seen.push({ ...command, isOurs: line.includes(prefix) });
  });
  const producer = openProducer({ backend: { kind: 'redis', url }, prefix });
  try {
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
    monitor.destroy();
    await producer.close();
  }
});

interface SeenCommand {
  readonly name: string;
  readonly source: string;
  readonly isOurs: boolean;
}

/**
 * Follows the commands of every client. By hand: the commands of others come before the client's own
 * answer has been read, and ioredis takes the first of them for that answer.
 */
async function openMonitor(url: string, onLine: (line: string) => void) {
  const { hostname, port, username, password } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  const lines = createInterface({ input: socket });
  for (const command of [`AUTH ${username || 'default'} ${password}`, 'MONITOR']) {
    socket.write(`${command}\r\n`);
    expect(await once(lines, 'line')).toEqual(['+OK']);
  }
  lines.on('line', onLine);
  return socket;
}

/** Reads a line such as `+1795843121.671849 [0 127.0.0.1:53896] "evalsha" "…"`. */
function readCommand(line: string): Omit<SeenCommand, 'isOurs'> | undefined {
  const [, source, name] = /^\+[\d.]+ \[\d+ (\S+)\] "([^"]+)"/.exec(line) ?? [];
  if (source === undefined || name === undefined) return undefined;
  return { name: name.toLowerCase(), source };
}
