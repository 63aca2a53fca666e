import { readdir, readFile } from 'node:fs/promises';
import { median, rounded } from '../report/arithmetic.ts';

/** CPU seconds per 1,000 events, by process; one that the system does not tell is absent. */
export type CpuPerThousand = Readonly<Record<string, number>>;

/** Begins to count what these processes use; the returned function says what it came to. */
export async function measureCpu(
  pids: Readonly<Record<string, number | undefined>>,
): Promise<(events: number) => Promise<CpuPerThousand>> {
  const read = async () => {
    const readings: [string, number | undefined][] = [];
    for (const [name, pid] of Object.entries(pids)) {
      readings.push([name, pid === undefined ? undefined : await readCpuSeconds(pid)]);
    }
    return new Map(readings);
  };
  const before = await read();
  return async (events) => {
    const used = [...(await read())].flatMap(([name, after]): [string, number][] => {
      const start = before.get(name);
      if (start === undefined || after === undefined) return [];
      return [[name, rounded(((after - start) / events) * 1_000, 3)]];
    });
    return Object.fromEntries(used);
  };
}

/** By process, the median over rounds. */
export function medianCpu(rounds: readonly CpuPerThousand[]): CpuPerThousand {
  const names = [...new Set(rounds.flatMap((round) => Object.keys(round)))];
  const medians = names.map((name) => {
    const values = rounds.flatMap((round) => round[name] ?? []);
    return [`${name}CpuPerThousand`, rounded(median(values), 3)] as const;
  });
  return Object.fromEntries(medians);
}

/** For a line of progress. */
export function describeCpu(cpu: CpuPerThousand): string {
  const parts = Object.entries(cpu).map(([name, seconds]) => `${name} ${seconds}`);
  return parts.length === 0 ? '' : `CPU s per 1,000: ${parts.join(', ')}`;
}

/** Of Linux, for every architecture that Node runs on. */
const ticksPerSecond = 100;

interface Stat {
  readonly parent: number;
  /** Its own ticks, and those of children that it has seen end. */
  readonly ticks: number;
}

/**
 * CPU seconds that a process and all its descendants have used so far, those that have ended
 * included; `undefined` where there is no /proc. Two readings tell what was used in between.
 */
async function readCpuSeconds(pid: number): Promise<number | undefined> {
  const stats = await readAll();
  if (!stats.has(pid)) return undefined;
  const isOurs = (one: number): boolean => {
    for (let at: number | undefined = one; at !== undefined && at > 1; at = stats.get(at)?.parent) {
      if (at === pid) return true;
    }
    return false;
  };
  let ticks = 0;
  for (const [one, stat] of stats) if (isOurs(one)) ticks += stat.ticks;
  return ticks / ticksPerSecond;
}

async function readAll(): Promise<ReadonlyMap<number, Stat>> {
  const stats = new Map<number, Stat>();
  const names = await readdir('/proc').catch(() => []);
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => undefined);
    if (text !== undefined) stats.set(Number(name), parseStat(text));
  }
  return stats;
}

/** Fields after the program's name, which may hold blanks; see proc_pid_stat(5). */
function parseStat(text: string): Stat {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0] = fields;
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15);
  return { parent, ticks: user + system + childrenUser + childrenSystem };
}
