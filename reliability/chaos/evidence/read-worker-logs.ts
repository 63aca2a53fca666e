import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** Facts about events from the logs of workers. */
export interface WorkerLogs {
  /**
   * Counts of applied events. Twice is an error: a worker that finds it applied logs
   * `duplicate`. No line proves nothing, since a worker may die between its commit and the line.
   */
  readonly applications: ReadonlyMap<string, number>;
  /** The reasons of failed attempts that will be repeated, with their counts. */
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

/** Parses a line. A killed worker may leave half a line, which counts as none. */
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

/** Reasons to fail that are correct: the rows are locked by a frozen worker for too long. */
const correctReasons = /SQLSTATE (55P03|57014|40001|40P01|25P03)|the transaction took too long/;

/** Lists the attempts that an outage has used up. Outages must not use up attempts. */
export function attemptsLost({ failedAttempts }: WorkerLogs): string[] {
  return [...failedAttempts]
    .filter(([why]) => !correctReasons.test(why))
    .map(([why, count]) => `an outage cost ${count} events an attempt: ${why}`);
}
