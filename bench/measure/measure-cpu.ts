import { readdir, readFile } from 'node:fs/promises';
import { median, rounded } from '../report/arithmetic.ts';

/** CPU seconds per 1,000 events, by process; absent where the system has no figures. */
export type CpuPerThousand = Readonly<Record<string, number>>;

/** Starts to measure these processes; the returned function gives their use since then. */
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

/** Computes the median over rounds for each process. */
export function medianCpu(rounds: readonly CpuPerThousand[]): CpuPerThousand {
  const names = [...new Set(rounds.flatMap((round) => Object.keys(round)))];
  const medians = names.map((name) => {
    const values = rounds.flatMap((round) => round[name] ?? []);
    return [`${name}CpuPerThousand`, rounded(median(values), 3)] as const;
  });
  return Object.fromEntries(medians);
}

/** Formats the figures for a progress line. */
export function describeCpu(cpu: CpuPerThousand): string {
  const figures = Object.entries(cpu).map(([name, seconds]) => `${name} ${seconds}`);
  return figures.length === 0 ? '' : `CPU s per 1,000: ${figures.join(', ')}`;
}

/** Linux's clock ticks per second, on every architecture that Node runs on. */
const ticksPerSecond = 100;

interface Stat {
  readonly parent: number;
  /** Ticks of the process and of its children that have exited. */
  readonly ticks: number;
}

/**
 * Returns the CPU seconds that a process and all its descendants have used so far, exited ones
 * included; `undefined` without /proc.
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

/** Reads the fields after the program's name, which may hold blanks; see proc_pid_stat(5). */
function parseStat(text: string): Stat {
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0] = fields;
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15);
  return { parent, ticks: user + system + childrenUser + childrenSystem };
}
