import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startProcess, until } from '@sinch-callbacks/dev-env/processes';
import { type FaultProxy, openFaultProxy, queryRows } from '@sinch-callbacks/dev-env/servers';
import {
  type AppVariables,
  type Cleanup,
  handlersProcessOf,
  ingestProcess,
  migrate,
  workerProcess,
} from '@sinch-callbacks/dev-env/stack';
import {
  openSender,
  openSinchSide,
  registerStack,
  type SinchSide,
} from '../sinch/open-sinch-side.ts';
import { handlers as chaosHandlers, createRowTable } from './chaos-handlers.ts';
import { openServers, type Servers, steadyPort } from './servers.ts';
import type { SupervisedProcess } from './supervised-process.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

/** The stack under test, with handles to break it. */
export interface StackUnderTest extends Servers {
  readonly ingest: SupervisedProcess;
  readonly workers: readonly [SupervisedProcess, SupervisedProcess];
  readonly handlers: readonly [SupervisedProcess, SupervisedProcess];
  readonly senders: readonly [SupervisedProcess, SupervisedProcess];
  /**
   * The proxies of ingest and of each second process; the first ones connect directly. All senders
   * reach Sinch through its proxy.
   */
  readonly proxies: Record<'redis' | 'postgres' | 'sinch', FaultProxy>;
  readonly sinch: SupervisedProcess;
  readonly sinchUrl: string;
  readonly webhookUrl: string;
  /** A secret for each webhook. */
  readonly secrets: readonly string[];
  readonly workerLogs: readonly string[];
}

/** A worker promises to stop within 20 s. */
const workerStopTimeoutMs = 30_000;
/** Long, for slow machines: the speed of a restart is not tested. */
const readyTimeoutMs = 120_000;

export interface StackOptions {
  readonly directory: string;
  /** The seed of what the simulated Sinch does. */
  readonly seed: string;
  readonly cleanup: Cleanup;
  readonly onFinding: (finding: string) => void;
}

/** Starts everything, and adds each process to `cleanup` as soon as it exists. */
export async function openStackUnderTest({
  directory,
  seed,
  cleanup,
  onFinding,
}: StackOptions): Promise<StackUnderTest> {
  const workspace = await openWorkspace(directory, cleanup, onFinding);
  const servers = await openServers(workspace);
  const serverProxies = await openProxies(servers, cleanup);
  const side = await openSinchSide(seed, workspace, cleanup);
  const proxies = { ...serverProxies, sinch: side.proxy };
  const apps = await openApps(servers, { ...side, proxies }, workspace);
  const workerLogs = apps.workers.map(({ name }) => workspace.logPath(name));
  const { sinch, sinchUrl } = side;
  return { ...servers, ...apps, proxies, sinch, sinchUrl, workerLogs };
}

async function openProxies(servers: Servers, cleanup: Cleanup) {
  const redis = await openFaultProxy(servers.redisUrl, 'restored', await steadyPort());
  cleanup.add('the proxy to redis', () => redis.close());
  const postgres = await openFaultProxy(servers.databaseUrl, 'restored', await steadyPort());
  cleanup.add('the proxy to postgres', () => postgres.close());
  return { redis, postgres };
}

type Apps = Pick<
  StackUnderTest,
  'ingest' | 'workers' | 'handlers' | 'senders' | 'webhookUrl' | 'secrets'
>;

async function openApps(
  { databaseUrl, redisUrl }: Servers,
  { proxies, ...side }: SinchSide & Pick<StackUnderTest, 'proxies'>,
  workspace: Workspace,
): Promise<Apps> {
  const secrets = [newSecret(), newSecret()];
  const secretOfSent = newSecret();
  const webhookSecret = [...secrets, secretOfSent].join(',');
  const direct = { databaseUrl, redisUrl, webhookSecret };
  const around = { ...direct, databaseUrl: proxies.postgres.url, redisUrl: proxies.redis.url };
  await migrate(direct, workspace.logOf('migrate'));
  await queryRows(databaseUrl, createRowTable);

  const app = ingestProcess(around, await steadyPort());
  const ingestOptions = { ...app, readyTimeoutMs, log: workspace.logOf('ingest') };
  const ingest = workspace.open('ingest', () => startProcess(ingestOptions));
  const openWorker = async (name: string, variables: typeof direct): Promise<SupervisedProcess> => {
    const worker = workerProcess(variables, await steadyPort());
    // Its lines about applied events are evidence, so the level of the caller must not hide them.
    const env = { ...worker.env, LOG_LEVEL: 'info' };
    const limits = { readyTimeoutMs, stopTimeoutMs: workerStopTimeoutMs };
    const options = { ...worker, ...limits, name, env, log: workspace.logOf(name) };
    return workspace.open(name, () => startProcess(options));
  };
  const workers = [
    await openWorker('worker-1', direct),
    await openWorker('worker-2', around),
  ] as const;
  const handlers = [
    await openHandlers('handlers-1', direct, workspace),
    await openHandlers('handlers-2', around, workspace),
  ] as const;
  const place = { workspace, readyTimeoutMs };
  const senders = [
    await openSender('sender-1', direct, side, place),
    await openSender('sender-2', around, side, place),
  ] as const;
  const webhookUrl = `${app.url}/api/sinch/webhook`;
  await registerStack(side, webhookUrl, secretOfSent);
  // They are registered first: workers then make a task of every event, from the first one.
  await Promise.all([ingest, ...handlers].map((started) => started.start()));
  await handlersRegistered(databaseUrl);
  await Promise.all([...workers, ...senders].map((started) => started.start()));
  return { ingest, workers, handlers, senders, webhookUrl, secrets };
}

const modulePath = fileURLToPath(new URL('chaos-handlers.ts', import.meta.url));

async function openHandlers(
  name: string,
  variables: AppVariables,
  workspace: Workspace,
): Promise<SupervisedProcess> {
  const app = handlersProcessOf(variables, await steadyPort(), modulePath);
  const options = { ...app, readyTimeoutMs, name, log: workspace.logOf(name) };
  return workspace.open(name, () => startProcess(options));
}

async function handlersRegistered(databaseUrl: string): Promise<void> {
  const sql = 'SELECT count(*)::int AS registered FROM handler';
  await until(
    async () => {
      const [found] = await queryRows<{ registered: number }>(databaseUrl, sql);
      return found?.registered === chaosHandlers.length;
    },
    { what: 'the handlers to be registered', timeoutMs: readyTimeoutMs },
  );
}

function newSecret(): string {
  return randomBytes(24).toString('hex');
}
