import { randomBytes } from 'node:crypto';
import { openRedis } from '../ground/open-servers.ts';
import { watchCommands } from '../ground/watch-commands.ts';
import { startLoad } from '../load/start-load.ts';
import { rounded } from '../report/arithmetic.ts';
import type { IngestEntry } from './contender-list.ts';
import { type IngestStart, startIngest } from './start-ingest.ts';

/** What a connection is set up with, or what is asked every few seconds: nothing of one event. */
const notOfAnEvent = new Set(['auth', 'hello', 'client', 'select', 'info', 'script', 'command']);

export interface CommandCount {
  readonly accepted: number;
  readonly perEvent: number;
  /** How often each command came that belongs to events. */
  readonly ofEvents: Readonly<Record<string, number>>;
  /** The others. */
  readonly apart: Readonly<Record<string, number>>;
}

const connections = 10;
const arrivals = { kind: 'closed', warmUpSeconds: 0, seconds: 1 } as const;

/** Listens at Redis itself to what an ingest says while callbacks come, once its connection is set up. */
export async function countCommands(
  entry: IngestEntry,
  start: Omit<IngestStart, 'redisUrl' | 'secret' | 'args'> & { readonly nextServer: string },
  bodiesFile: string,
): Promise<CommandCount> {
  await using closing = new AsyncDisposableStack();
  const redis = await openRedis();
  closing.defer(() => redis.close());
  const watch = await watchCommands(redis.url);
  closing.defer(() => watch.close());
  const secret = randomBytes(24).toString('hex');
  const args = entry.args(start.nextServer);
  const server = await startIngest({ ...start, args, redisUrl: redis.url, secret });
  closing.defer(async () => void (await server.process.stop()));
  const send = async (from: number) => {
    const url = `${server.url}${entry.path}`;
    const load = await startLoad({ url, secret, bodiesFile, connections, arrivals, from });
    closing.defer(async () => void (await load.process.stop()));
    load.begin();
    return await load.result();
  };
  const warmUp = await send(0);
  await watch.forget();
  const { accepted } = await send(warmUp.accepted + warmUp.refused);
  await watch.caughtUp();
  const said = Object.entries(watch.byClients());
  const ofEvents = said.filter(([name]) => !notOfAnEvent.has(name));
  const total = ofEvents.reduce((sum, [, count]) => sum + count, 0);
  return {
    accepted,
    perEvent: rounded(total / accepted),
    ofEvents: Object.fromEntries(ofEvents),
    apart: Object.fromEntries(said.filter(([name]) => notOfAnEvent.has(name))),
  };
}
