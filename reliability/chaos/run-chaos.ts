import { migrateDatabase } from '@sinch-callbacks/db';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type { Cleanup } from '@sinch-callbacks/dev-env/stack';
import { usualRetryRules } from '@sinch-callbacks/simulator';
import { compareDatabases } from './evidence/compare-databases.ts';
import { attemptsLost, readWorkerLogs } from './evidence/read-worker-logs.ts';
import { reconcile } from './evidence/reconcile.ts';
import { createLedger, isAcknowledgement, type Ledger } from './evidence/request-log.ts';
import { readStoredEvents, type StoredEvent } from './evidence/stored-events.ts';
import { waitDrained } from './evidence/wait-drained.ts';
import { writeReference } from './evidence/write-reference.ts';
import { planRounds } from './plan/plan-rounds.ts';
import type { ChaosOptions } from './read-options.ts';
import { type ChaosReport, makeReport } from './report.ts';
import { type FoughtRound, runRounds } from './run-rounds.ts';
import { type Field, openField } from './stack/stack-under-test.ts';

export interface ChaosRun {
  readonly options: ChaosOptions;
  readonly directory: string;
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** From the first process to the report. */
export async function runChaos(run: ChaosRun): Promise<ChaosReport> {
  const { options, directory, cleanup, signal, onProgress } = run;
  const startedAt = performance.now();
  const findings: string[] = [];
  const onFinding = (finding: string) => {
    if (signal.aborted) return;
    findings.push(finding);
    onProgress(`Not as it must be: ${finding}`);
  };
  const field = await openField(directory, cleanup, onFinding);
  onProgress(`the stack is up; seed ${options.seed}`);

  const ledger = createLedger();
  const rounds = planRounds(options);
  const battle = { field, acknowledged: () => ledger.acknowledged(), onFinding };
  const { seed } = options;
  const fought = await runRounds(battle, { seed, rounds, ledger, signal, onProgress });
  onProgress('Sinch has nothing left to send');
  const left = await waitDrained({
    redisUrl: field.redisUrl,
    databaseUrl: field.databaseUrl,
    acknowledgedKeys: acknowledgedKeys(ledger),
    signal,
    onProgress,
  });
  if (left !== undefined) onFinding(`after a long standstill there was still ${left}`);

  const stored = await readStoredEvents(field.databaseUrl);
  const tales = await readWorkerLogs(field.workerLogs);
  const { applications } = tales;
  for (const finding of attemptsLost(tales)) onFinding(finding);
  if (applications.size === 0) onFinding('the logs of the workers tell of no applied event');
  const poisonKeys = new Set(fought.flatMap(({ wave }) => wave.poisonKeys));
  const triesAllowed = usualRetryRules.attempts;
  const { offered, requests } = ledger;
  const evidence = { offered, requests, triesAllowed, stored, applications, poisonKeys };
  const reconciliation = reconcile(evidence);
  onProgress('comparing the rows with those of a run without faults');
  const comparison = await compareWithReference(field, fought, stored, ledger);
  const durationSeconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return makeReport({
    options,
    fought,
    ledger,
    reconciliation,
    comparison,
    findings,
    durationSeconds,
  });
}

async function compareWithReference(
  field: Field,
  fought: readonly FoughtRound[],
  stored: readonly StoredEvent[],
  ledger: Ledger,
) {
  const reference = await createDatabase(field.postgresUrl);
  await migrateDatabase(reference.url);
  const receivedAt = new Map(stored.map((event) => [event.eventKey, event.receivedAt]));
  // Also what was stored though no answer came through before Sinch gave it up.
  const kept = new Set([...acknowledgedKeys(ledger), ...receivedAt.keys()]);
  const bodies = new Map(
    fought.flatMap(({ wave }) => wave.offers.map(({ event }) => [event.key, event.body] as const)),
  );
  const toWrite = [...bodies]
    .filter(([key]) => kept.has(key))
    .map(([key, body]) => ({ body, receivedAt: receivedAt.get(key) ?? new Date(0).toISOString() }));
  await writeReference(reference.url, toWrite);
  return await compareDatabases(field.databaseUrl, reference.url);
}

function acknowledgedKeys({ requests }: Ledger): string[] {
  const acknowledged = requests.filter(({ status }) => isAcknowledgement(status));
  return [...new Set(acknowledged.map(({ eventKey }) => eventKey))];
}
