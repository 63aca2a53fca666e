import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../processes/free-port.ts';
import { until } from '../../processes/until.ts';
import { temporaryDirectory } from '../temp-directory.ts';
import { type RedisServer, startRedis } from './start-redis.ts';

/** A real Redis Cluster on loopback, with several masters and no replicas. */
export interface RedisCluster {
  /** The URLs of all nodes, separated by commas. */
  readonly url: string;
  /** The masters in the order of their slots; of three, each has a third. */
  readonly masters: readonly ClusterMaster[];
  close(): Promise<void>;
}

export interface ClusterMaster {
  readonly url: string;
  readonly firstSlot: number;
  readonly lastSlot: number;
  /** Sends SIGKILL; writes that are not in its append-only file are lost. */
  kill(): Promise<void>;
  /** Starts it again with its address and data; resolves once the cluster is healthy. */
  restart(): Promise<void>;
  /** Sends it a command, as its administrator. */
  command(name: string, ...words: readonly (string | number)[]): Promise<unknown>;
}

const slotCount = 16_384;
/** The time after which the others treat a node as failed. */
const nodeTimeoutMs = 2_000;
const healthyLimits = { what: 'the cluster to be healthy', timeoutMs: 60_000, intervalMs: 50 };

/** @throws when no program that speaks Redis can be started here. */
export async function startRedisCluster(masterCount = 3): Promise<RedisCluster> {
  const directory = await temporaryDirectory('redis');
  const password = randomBytes(24).toString('hex');
  const nodes: ClusterNode[] = [];
  const close = async () => {
    await Promise.all(nodes.map(async (node) => await node.stop()));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    for (let n = 0; n < masterCount; n += 1) {
      nodes.push(await startNode(join(directory, String(n)), password));
    }
    await joinNodes(nodes);
    const becomesHealthy = async () =>
      await until(async () => await areAllHealthy(nodes), healthyLimits);
    await becomesHealthy();
    const masters = nodes.map((node, n) => masterOf(node, slotsOf(n, masterCount), becomesHealthy));
    return { url: masters.map(({ url }) => url).join(','), masters, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface ClusterNode {
  readonly url: string;
  readonly busPort: number;
  start(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
  command(name: string, ...words: readonly (string | number)[]): Promise<unknown>;
}

async function startNode(dataDir: string, password: string): Promise<ClusterNode> {
  const port = await freePort();
  const busPort = await freePort();
  let server: RedisServer | undefined;

  async function start(): Promise<void> {
    const started = await startRedis({
      sources: ['binary', 'debian'],
      dataDir,
      port,
      password,
      fsync: 'always',
      settings: [
        'cluster-enabled yes',
        `cluster-port ${busPort}`,
        `cluster-node-timeout ${nodeTimeoutMs}`,
        // The slots of the other masters keep working while one is down.
        'cluster-require-full-coverage no',
      ],
    });
    if (started.kind === 'unavailable') throw new Error(started.message);
    server = started;
    if (Number(new URL(started.url).port) !== port) throw new Error(`port ${port} was taken`);
  }

  await start();
  const url = `redis://:${password}@127.0.0.1:${port}`;
  return {
    url,
    busPort,
    start,
    kill: async () => void (await server?.process?.kill()),
    stop: async () => await server?.close(),
    async command(name, ...words) {
      const redis = new Redis(url, { maxRetriesPerRequest: 1, enableReadyCheck: false });
      // The reason comes with each rejected command; the event would only repeat it.
      redis.on('error', () => undefined);
      try {
        return await redis.call(name, ...words);
      } finally {
        redis.disconnect();
      }
    },
  };
}

async function joinNodes(nodes: readonly ClusterNode[]): Promise<void> {
  for (const [n, node] of nodes.entries()) {
    const { firstSlot, lastSlot } = slotsOf(n, nodes.length);
    await node.command('CLUSTER', 'ADDSLOTSRANGE', firstSlot, lastSlot);
    await node.command('CLUSTER', 'SET-CONFIG-EPOCH', n + 1);
  }
  const [first, ...others] = nodes;
  for (const { url, busPort } of others) {
    await first?.command('CLUSTER', 'MEET', '127.0.0.1', new URL(url).port, busPort);
  }
}

/** Returns true when every node sees all slots covered and all nodes alive. */
async function areAllHealthy(nodes: readonly ClusterNode[]): Promise<boolean> {
  const answers = await Promise.all(
    nodes.map(async (node) => String(await node.command('CLUSTER', 'INFO'))),
  );
  return answers.every((info) =>
    [
      'cluster_state:ok',
      `cluster_slots_ok:${slotCount}`,
      `cluster_known_nodes:${nodes.length}`,
    ].every((line) => info.includes(`${line}\r\n`)),
  );
}

function slotsOf(n: number, count: number) {
  const border = (place: number) => Math.ceil((place * slotCount) / count);
  return { firstSlot: border(n), lastSlot: border(n + 1) - 1 };
}

function masterOf(
  node: ClusterNode,
  slots: ReturnType<typeof slotsOf>,
  becomesHealthy: () => Promise<unknown>,
): ClusterMaster {
  return {
    ...slots,
    url: node.url,
    kill: async () => await node.kill(),
    async restart() {
      await node.start();
      await becomesHealthy();
    },
    command: async (name, ...words) => await node.command(name, ...words),
  };
}
