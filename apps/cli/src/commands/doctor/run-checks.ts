import {
  countDeadLetters,
  DatabaseUnavailableError,
  inspectDatabase,
  listAppsSeen,
  openDatabase,
} from '@sinch-callbacks/db';
import {
  checkPostgresQueue,
  inspectBackend,
  inspectPartitions,
  type QueueLocation,
} from '@sinch-callbacks/queue';
import { hideSecrets, secretsOfUrl, showUrl } from '../../settings/hide-secrets.ts';
import type { Settings } from '../../settings/read-settings.ts';
import { type Check, skipped } from './check.ts';
import { type DatabaseFindings, judgeDatabase } from './judge-database.ts';
import {
  type HealthPage,
  ingestHealth,
  judgeHealth,
  probe,
  workerHealth,
  workerReadiness,
} from './judge-health.ts';
import { judgePartitions, judgePostgresQueue, judgeQueue } from './judge-queue.ts';
import { judgeVariables } from './judge-variables.ts';

export interface Addresses {
  readonly ingestUrl: string | undefined;
  readonly adminUrl: string | undefined;
}

/** More apps than a worker counts separately. */
const maxApps = 100;

/** Runs all checks at the same time. They change nothing. */
export async function runChecks(settings: Settings, addresses: Addresses): Promise<Check[]> {
  const { ingestUrl, adminUrl } = addresses;
  const checks = await Promise.all([
    checkQueue(settings),
    checkQueueOnPostgres(settings),
    checkDatabase(settings),
    checkHealth(ingestHealth, ingestUrl, '--ingest-url'),
    checkHealth(workerHealth, adminUrl, '--admin-url'),
    checkHealth(workerReadiness, adminUrl, '--admin-url'),
  ]);
  return [judgeVariables(settings), ...checks].flat();
}

async function checkQueue({ queue, queuePrefix, queuePartitions }: Settings): Promise<Check[]> {
  if (queue === undefined) return [skipped('queue server', 'no address')];
  const { url } = queue.value;
  const state = await inspectBackend(queue.value);
  const checks = judgeQueue(withoutSecrets(state, url), showUrl(url));
  if (state.kind !== 'redis') return checks;
  const location = { backend: queue.value, prefix: queuePrefix };
  return [...checks, await checkPartitions(location, queuePartitions)];
}

async function checkPartitions(location: QueueLocation, partitions: number): Promise<Check> {
  try {
    return judgePartitions(partitions, await inspectPartitions(location, partitions));
  } catch {
    return skipped('partitions', 'the queue did not answer in time');
  }
}

/** Checks the queue on Postgres, also as the fallback, which is not used until Redis is down. */
async function checkQueueOnPostgres(settings: Settings): Promise<Check[]> {
  const { fallbackQueue, queue, queuePrefix: prefix } = settings;
  const backend = (fallbackQueue ?? queue)?.value;
  if (backend?.kind !== 'postgres') return [];
  const check = await checkPostgresQueue({ backend, prefix });
  return [judgePostgresQueue(withoutSecrets(check, backend.url), showUrl(backend.url))];
}

async function checkDatabase({ databaseUrl }: Settings): Promise<Check[]> {
  if (databaseUrl === undefined) return [skipped('database', 'no address')];
  const url = databaseUrl.value;
  return judgeDatabase(withoutSecrets(await inspect(url), url), showUrl(url));
}

async function inspect(url: string): Promise<DatabaseFindings> {
  const database = openDatabase({ url, poolSize: 1 });
  try {
    const state = await inspectDatabase(database);
    const isMigrated = state.pendingMigrations.length === 0;
    const openDeadLetters = isMigrated ? await countDeadLetters(database, {}) : undefined;
    const appsSeen = isMigrated ? await listAppsSeen(database, maxApps) : undefined;
    return { kind: 'reached', state, openDeadLetters, appsSeen };
  } catch (error) {
    if (!(error instanceof DatabaseUnavailableError)) throw error;
    return { kind: 'unreachable', reason: error.message };
  } finally {
    await database.close();
  }
}

async function checkHealth(
  page: HealthPage,
  server: string | undefined,
  option: string,
): Promise<Check[]> {
  if (server === undefined) return [skipped(page.name, `not looked at: give ${option}`)];
  const place = showUrl(new URL(page.path, server).href);
  return [judgeHealth(page, await probe(server, page.path), place)];
}

/** Removes secrets from a driver's reason, which may quote the address. */
function withoutSecrets<State extends { readonly kind: string }>(state: State, url: string): State {
  if (!('reason' in state) || typeof state.reason !== 'string') return state;
  return { ...state, reason: hideSecrets(state.reason, secretsOfUrl(url)) };
}
