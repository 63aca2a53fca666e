import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What workers said of events. */
export interface WorkerLogs {
  /**
   * How often an event was applied. Twice is once too often: whoever finds it applied before says
   * `duplicate`. None is no proof of anything, since a worker may die between commit and line.
   */
  readonly applications: ReadonlyMap<string, number>;
  /** Why attempts failed that are to be made again, and how often. */
  readonly failedAttempts: ReadonlyMap<string, number>;
}

export async function readWorkerLogs(paths: readonly string[]): Promise<WorkerLogs> {
  const applications = new Map<string, number>();
  const failedAttempts = new Map<string, number>();
  for (const path of paths) {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      const fields = readLine(line);
      if (fields?.['result'] === 'applied') countOne(applications, fields['eventKey']);
      if (fields?.['msg'] === 'attempt failed') countOne(failedAttempts, fields['err']);
    }
  }
  return { applications, failedAttempts };
}

/** A worker that is killed leaves a line half written. */
function readLine(line: string): Record<string, unknown> | undefined {
  if (!line.includes('"result":"applied"') && !line.includes('"attempt failed"')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function countOne(counts: Map<string, number>, what: unknown): void {
  const name = typeof what === 'string' ? what : JSON.stringify(what);
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Others wait for the rows that a frozen worker has locked, and give up after a while: rightly. */
const rightly = /SQLSTATE (55P03|57014|40001|40P01|25P03)|the transaction took too long/;

/** Attempts that only an outage can have cost, which is no event's fault. */
export function attemptsLost({ failedAttempts }: WorkerLogs): string[] {
  return [...failedAttempts]
    .filter(([why]) => !rightly.test(why))
    .map(([why, count]) => `an outage cost ${count} events an attempt: ${why}`);
}
