import {
  countDeadLetters,
  DatabaseUnavailableError,
  type ErasureRecords,
  findLastRetention,
  findRetentionAhead,
  inspectDatabase,
  listAppsSeen,
  openDatabase,
  readErasureRecords,
  whileAvailable,
} from '@sinch-callbacks/db';
import {
  countTaskStocks,
  listHandlers,
  type RegisteredState,
  type TaskStock,
} from '@sinch-callbacks/handlers';
import { inspectErasureLog, isPlaceholderSecret, probePage } from '@sinch-callbacks/operations';
import {
  checkPostgresQueue,
  inspectBackend,
  inspectPartitions,
  type QueueLocation,
} from '@sinch-callbacks/queue';
import { erasureKeysOf } from '../../settings/erasure-keys-of.ts';
import { hideSecrets, secretsOfUrl, showUrl } from '../../settings/hide-secrets.ts';
import type { Settings } from '../../settings/read-settings.ts';
import { counted } from '../../terminal/format.ts';
import { type Check, failure, ok, skipped, warning } from './check.ts';
import { type DatabaseFindings, judgeDatabase } from './judge-database.ts';
import { judgeErasure } from './judge-erasure.ts';
import { judgeHandlers } from './judge-handlers.ts';
import {
  type HealthPage,
  ingestHealth,
  judgeHealth,
  workerHealth,
  workerReadiness,
} from './judge-health.ts';
import { judgePartitions, judgePostgresQueue, judgeQueue } from './judge-queue.ts';
import { judgeRetention, type RetentionSeen } from './judge-retention.ts';

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

async function checkDatabase(settings: Settings): Promise<Check[]> {
  const { databaseUrl } = settings;
  const now = new Date();
  if (databaseUrl === undefined) {
    return [
      skipped('database', 'no address'),
      judgeRetention(settings, undefined, now),
      await checkErasure(settings),
    ];
  }
  const url = databaseUrl.value;
  const { findings, handlers, stocks, retention, records } = await inspect(url);
  return [
    ...judgeDatabase(withoutSecrets(findings, url), showUrl(url)),
    ...judgeHandlers(handlers, stocks),
    judgeRetention(settings, retention, now),
    await checkErasure(settings, records),
  ];
}

async function checkErasure(settings: Settings, records?: ErasureRecords): Promise<Check> {
  const { logFile } = settings.erasure;
  const log = logFile === undefined ? undefined : await inspectErasureLog(logFile, records?.ids);
  const keyId = erasureKeysOf(settings)?.keyId;
  return judgeErasure(settings, { records, keyId, log });
}

interface Inspection {
  readonly findings: DatabaseFindings;
  readonly handlers: readonly RegisteredState[];
  readonly stocks: readonly TaskStock[];
  readonly retention: RetentionSeen | undefined;
  readonly records: ErasureRecords | undefined;
}

async function inspect(url: string): Promise<Inspection> {
  const database = openDatabase({ url, poolSize: 1 });
  try {
    const state = await inspectDatabase(database);
    const isMigrated = state.pendingMigrations.length === 0;
    const openDeadLetters = isMigrated ? await countDeadLetters(database, {}) : undefined;
    const appsSeen = isMigrated ? await listAppsSeen(database, maxApps) : undefined;
    const handlers = isMigrated ? await whileAvailable(() => listHandlers(database)) : [];
    const stocks = isMigrated ? await whileAvailable(() => countTaskStocks(database)) : [];
    const retention = isMigrated
      ? { last: await findLastRetention(database), ahead: await findRetentionAhead(database) }
      : undefined;
    const records = isMigrated ? await readErasureRecords(database) : undefined;
    const findings = { kind: 'reached', state, openDeadLetters, appsSeen } as const;
    return { findings, handlers, stocks, retention, records };
  } catch (error) {
    if (!(error instanceof DatabaseUnavailableError)) throw error;
    const findings = { kind: 'unreachable', reason: error.message } as const;
    return { findings, handlers: [], stocks: [], retention: undefined, records: undefined };
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
  return [judgeHealth(page, await probePage(server, page.path), place)];
}

/** Removes secrets from a driver's reason, which may quote the address. */
function withoutSecrets<State extends { readonly kind: string }>(state: State, url: string): State {
  if (!('reason' in state) || typeof state.reason !== 'string') return state;
  return { ...state, reason: hideSecrets(state.reason, secretsOfUrl(url)) };
}

/** Checks that the variables of the stack are set. */
export function judgeVariables({ secret, secrets, databaseUrl, queue, admin }: Settings): Check[] {
  const checks: Check[] = [];
  if (secret === undefined) {
    const message = 'SINCH_WEBHOOK_SECRET is not set here';
    const advice = 'Ingest answers every callback with 503 without it; set it where ingest runs.';
    checks.push(warning('webhook secret', message, advice));
  } else if (isPlaceholderSecret(secret.value)) {
    const message = 'SINCH_WEBHOOK_SECRET still holds the placeholder of .env.example';
    checks.push(
      failure('webhook secret', message, 'Set it to the secret of the webhook at Sinch.'),
    );
  } else {
    const read = counted(secrets?.value.length ?? 1, 'secret');
    checks.push(ok('webhook secret', `${read} read, from ${secret.from}`));
  }
  if (databaseUrl === undefined) {
    const advice = 'Set it to the Postgres that the worker writes to.';
    checks.push(failure('DATABASE_URL', 'not set', advice));
  }
  if (queue === undefined) {
    const advice = 'Set REDIS_URL, or DATABASE_URL to keep the queue in Postgres.';
    checks.push(failure('REDIS_URL', 'not set, and neither is DATABASE_URL', advice));
  }
  return [...checks, judgeBoard(admin)];
}

/** Finds a setting with which the worker refuses to start. */
function judgeBoard({ hasPassword, writes }: Settings['admin']): Check {
  if (!writes) return ok('Bull Board', 'read-only (ADMIN_WRITES is not true here)');
  if (hasPassword)
    return ok('Bull Board', 'may retry, promote and call off replays (ADMIN_WRITES)');
  const advice = 'Set ADMIN_PASSWORD, or remove ADMIN_WRITES: the worker does not start like this.';
  return failure('Bull Board', 'ADMIN_WRITES is true, and there is no ADMIN_PASSWORD', advice);
}
