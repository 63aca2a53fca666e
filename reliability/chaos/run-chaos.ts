import { migrateDatabase, openDatabase } from '@sinch-callbacks/db';
import { createDatabase } from '@sinch-callbacks/dev-env/servers';
import type { Cleanup } from '@sinch-callbacks/dev-env/stack';
import { usualRetryRules } from '@sinch-callbacks/simulator';
import { compareDatabases } from './evidence/compare-databases.ts';
import { compareHandlerRows, findTaskProblems } from './evidence/compare-handler-rows.ts';
import { readHandlerEvidence } from './evidence/handler-rows.ts';
import {
  findCallbackProblems,
  readOutboundEvidence,
  readReportBodies,
} from './evidence/outbound-rows.ts';
import { attemptsLost, readWorkerLogs } from './evidence/read-worker-logs.ts';
import { reconcile } from './evidence/reconcile.ts';
import { reconcileOutbound } from './evidence/reconcile-outbound.ts';
import { createRequestLog, isAcknowledgement, type RequestLog } from './evidence/request-log.ts';
import { readStoredEvents, type StoredEvent } from './evidence/stored-events.ts';
import { waitDrained } from './evidence/wait-drained.ts';
import { readTruth, waitSettled } from './evidence/wait-settled.ts';
import { writeReference } from './evidence/write-reference.ts';
import { planRounds } from './plan/plan-rounds.ts';
import type { ChaosOptions } from './read-options.ts';
import { type ChaosReport, makeReport } from './report.ts';
import { type CompletedRound, runRounds } from './run-rounds.ts';
import { createMessageQueue } from './sinch/message-queue.ts';
import { failsAtFirst, handlers } from './stack/chaos-handlers.ts';
import { openStackUnderTest, type StackUnderTest } from './stack/stack-under-test.ts';

export interface ChaosRun {
  readonly options: ChaosOptions;
  readonly directory: string;
  readonly cleanup: Cleanup;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** Runs everything, from the first process to the report. */
export async function runChaos(run: ChaosRun): Promise<ChaosReport> {
  const { options, directory, cleanup, signal, onProgress } = run;
  const startedAt = performance.now();
  const findings: string[] = [];
  const onFinding = (finding: string) => {
    if (signal.aborted) return;
    findings.push(finding);
    onProgress(`Not as expected: ${finding}`);
  };
  const { seed } = options;
  const stack = await openStackUnderTest({ directory, seed, cleanup, onFinding });
  onProgress(`the stack is up; seed ${options.seed}`);

  const requestLog = createRequestLog();
  const rounds = planRounds(options);
  const context = { stack, acknowledged: () => requestLog.acknowledged(), onFinding };
  const database = openDatabase({ url: stack.databaseUrl });
  cleanup.add('the connections of code', () => database.close());
  const messages = createMessageQueue(database, signal, onFinding);
  const runOptions = { seed, rounds, requestLog, messages, signal, onProgress };
  const completed = await runRounds(context, runOptions);
  onProgress('Sinch has nothing left to send');
  for (const left of await waitForAll(stack, requestLog, run)) {
    onFinding(`after a long wait there was still ${left}`);
  }

  const stored = await readStoredEvents(stack.databaseUrl);
  const workerLogs = await readWorkerLogs(stack.workerLogs);
  const { applications } = workerLogs;
  for (const finding of attemptsLost(workerLogs)) onFinding(finding);
  if (applications.size === 0) onFinding('the logs of the workers have no applied event');
  const poisonKeys = new Set(completed.flatMap(({ wave }) => wave.poisonKeys));
  const triesAllowed = usualRetryRules.attempts;
  const { offered, requests } = requestLog;
  const evidence = { offered, requests, triesAllowed, stored, applications, poisonKeys };
  const reconciliation = reconcile(evidence);
  const sentBodies = readSentBodies(completed);
  const handled = await readHandlerEvidence(stack.databaseUrl, handlers, sentBodies);
  for (const problem of findTaskProblems(handled.tasks, failsAtFirst)) onFinding(problem);
  const handlerRows = compareHandlerRows(handled);
  const truth = await readTruth(stack.sinchUrl);
  for (const problem of await findCallbackProblems(stack.databaseUrl, truth)) onFinding(problem);
  const outbound = reconcileOutbound(
    await readOutboundEvidence(stack.databaseUrl, truth, messages.keys),
  );
  onProgress('comparing the rows with those of a run without faults');
  const allBodies = new Map([...sentBodies, ...(await readReportBodies(stack.databaseUrl))]);
  const comparison = await compareWithReference(stack, allBodies, stored, requestLog);
  const durationSeconds = Math.round((performance.now() - startedAt) / 100) / 10;
  return makeReport({
    options,
    completed,
    requestLog,
    reconciliation,
    handlerRows,
    outbound,
    comparison,
    findings,
    durationSeconds,
  });
}

/**
 * Waits for the work of callbacks, then for the messages that handlers queued in it, then for the
 * callbacks of those. Returns what is left after a long stall.
 */
async function waitForAll(
  { redisUrl, databaseUrl, sinchUrl }: StackUnderTest,
  requestLog: RequestLog,
  { signal, onProgress }: Pick<ChaosRun, 'signal' | 'onProgress'>,
): Promise<string[]> {
  const shared = { databaseUrl, signal, onProgress };
  const drain = async () =>
    await waitDrained({ ...shared, redisUrl, acknowledgedKeys: acknowledgedKeys(requestLog) });
  const left = [await drain(), await waitSettled({ ...shared, sinchUrl }), await drain()];
  return left.filter((text) => text !== undefined);
}

async function compareWithReference(
  stack: StackUnderTest,
  sentBodies: ReadonlyMap<string, string>,
  stored: readonly StoredEvent[],
  requestLog: RequestLog,
) {
  const reference = await createDatabase(stack.postgresUrl);
  await migrateDatabase(reference.url);
  const receivedAt = new Map(stored.map((event) => [event.eventKey, event.receivedAt]));
  // Includes events that were stored although Sinch got no answer before it gave up.
  const kept = new Set([...acknowledgedKeys(requestLog), ...receivedAt.keys()]);
  const toWrite = [...sentBodies]
    .filter(([key]) => kept.has(key))
    .map(([key, body]) => ({ body, receivedAt: receivedAt.get(key) ?? new Date(0).toISOString() }));
  await writeReference(reference.url, toWrite);
  return await compareDatabases(stack.databaseUrl, reference.url);
}

/** Returns the body of each event that Sinch sent, by event key. */
function readSentBodies(completed: readonly CompletedRound[]): ReadonlyMap<string, string> {
  const offers = completed.flatMap(({ wave }) => wave.offers);
  return new Map(offers.map(({ event }) => [event.key, event.body]));
}

function acknowledgedKeys({ requests }: RequestLog): string[] {
  const acknowledged = requests.filter(({ status }) => isAcknowledgement(status));
  return [...new Set(acknowledged.map(({ eventKey }) => eventKey))];
}
