import {
  countDeadLetters,
  DatabaseUnavailableError,
  inspectDatabase,
  openDatabase,
} from '@sinch-callbacks/db';
import { inspectBackend } from '@sinch-callbacks/queue';
import { probe } from '../http/probe.ts';
import { hideSecrets, secretsOfUrl, showUrl } from '../settings/hide-secrets.ts';
import type { Settings } from '../settings/read-settings.ts';
import { type Check, skipped } from './check.ts';
import { type DatabaseFindings, judgeDatabase } from './judge-database.ts';
import {
  type HealthPage,
  ingestHealth,
  judgeHealth,
  workerHealth,
  workerReadiness,
} from './judge-health.ts';
import { judgeQueue } from './judge-queue.ts';
import { judgeVariables } from './judge-variables.ts';

export interface Addresses {
  readonly ingestUrl: string | undefined;
  readonly adminUrl: string | undefined;
}

/** Looks at everything at once, and changes nothing. */
export async function runChecks(settings: Settings, addresses: Addresses): Promise<Check[]> {
  const { ingestUrl, adminUrl } = addresses;
  const checks = await Promise.all([
    checkQueue(settings),
    checkDatabase(settings),
    checkHealth(ingestHealth, ingestUrl, '--ingest-url'),
    checkHealth(workerHealth, adminUrl, '--admin-url'),
    checkHealth(workerReadiness, adminUrl, '--admin-url'),
  ]);
  const secrets = secretsOf(settings);
  return [judgeVariables(settings), ...checks]
    .flat()
    .map((check) => ({ ...check, message: hideSecrets(check.message, secrets) }));
}

async function checkQueue({ queue }: Settings): Promise<Check[]> {
  if (queue === undefined) return [skipped('queue server', 'no address')];
  return judgeQueue(await inspectBackend(queue.value), showUrl(queue.value.url));
}

async function checkDatabase({ databaseUrl }: Settings): Promise<Check[]> {
  if (databaseUrl === undefined) return [skipped('database', 'no address')];
  return judgeDatabase(await inspect(databaseUrl.value), showUrl(databaseUrl.value));
}

async function inspect(url: string): Promise<DatabaseFindings> {
  const database = openDatabase({ url, poolSize: 1 });
  try {
    const state = await inspectDatabase(database);
    const isMigrated = state.pendingMigrations.length === 0;
    const openDeadLetters = isMigrated ? await countDeadLetters(database, {}) : undefined;
    return { kind: 'reached', state, openDeadLetters };
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

function secretsOf({ secret, databaseUrl, queue }: Settings): string[] {
  const urls = [databaseUrl?.value, queue?.value.url].filter((url) => url !== undefined);
  return [...urls.flatMap(secretsOfUrl), ...(secret ? [secret.value] : [])];
}
