import { Redis } from 'ioredis';

/** What a Redis has done and holds so far. */
export interface RedisFigures {
  readonly commands: Readonly<Record<string, number>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly usedMemory: number;
}

export async function readRedisFigures(url: string): Promise<RedisFigures> {
  const client = new Redis(url);
  try {
    const info = await client.info('everything');
    const number = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
    const lines = info.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm);
    return {
      commands: Object.fromEntries(
        [...lines].map(([, name = '', calls]): [string, number] => [name, Number(calls)]),
      ),
      bytesIn: number('total_net_input_bytes'),
      bytesOut: number('total_net_output_bytes'),
      usedMemory: number('used_memory'),
    };
  } finally {
    client.disconnect();
  }
}

/** Per event, between two readings. */
export function perEvent(before: RedisFigures, after: RedisFigures, events: number) {
  const calls = Object.entries(after.commands)
    .map(([name, count]) => [name, (count - (before.commands[name] ?? 0)) / events] as const)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => [name, Number(count.toFixed(3))] as const);
  return {
    /** Those that scripts ran are among them. */
    commands: Object.fromEntries(calls.toSorted(([, one], [, other]) => other - one)),
    bytesIn: Math.round((after.bytesIn - before.bytesIn) / events),
    bytesOut: Math.round((after.bytesOut - before.bytesOut) / events),
  };
}
