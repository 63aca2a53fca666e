import { median, rounded } from '../report/arithmetic.ts';
import { cpuSeconds } from './cpu-seconds.ts';

/** CPU seconds per 1,000 events, by process; one that the system does not tell is absent. */
export type CpuPerThousand = Readonly<Record<string, number>>;

/** Begins to count what these processes use; the returned function says what it came to. */
export async function measureCpu(
  pids: Readonly<Record<string, number | undefined>>,
): Promise<(events: number) => Promise<CpuPerThousand>> {
  const read = async () => {
    const readings: [string, number | undefined][] = [];
    for (const [name, pid] of Object.entries(pids)) {
      readings.push([name, pid === undefined ? undefined : await cpuSeconds(pid)]);
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
