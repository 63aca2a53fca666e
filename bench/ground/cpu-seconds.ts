import { readdir, readFile } from 'node:fs/promises';

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
export async function cpuSeconds(pid: number): Promise<number | undefined> {
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
