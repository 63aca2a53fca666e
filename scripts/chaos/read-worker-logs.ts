import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * How often workers said that they applied each event. Twice is once too often: whoever finds
 * it applied before says `duplicate`. None is no proof of anything, since a worker may die
 * between the commit and its line.
 */
export async function countApplications(
  logPaths: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const path of logPaths) {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      const key = appliedKey(line);
      if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return counts;
}

/** The event key of a line that says `applied`. */
function appliedKey(line: string): string | undefined {
  if (!line.includes('"result":"applied"')) return undefined;
  return /"eventKey":"([^"]+)"/.exec(line)?.[1];
}
