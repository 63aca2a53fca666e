import { until } from '@sinch-callbacks/dev-env/processes';
import { askRedis, queryRows } from '@sinch-callbacks/dev-env/servers';

const openTasks = `SELECT count(*)::int AS tasks FROM handler_task WHERE state = 'WAITING'`;

/** Waits until no job is left in a Redis of its own, and each task of a handler has ended. */
export async function untilSettled(servers: {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}): Promise<void> {
  await until(
    async () => {
      const keys = await askRedis(servers.redisUrl, 'KEYS', '*');
      const unfinished = keys.match(/(?<!-dead):(?:wait|active|delayed|paused)(?=\r)/g) ?? [];
      const [left] = await queryRows<{ tasks: number }>(servers.databaseUrl, openTasks);
      if (unfinished.length === 0 && left?.tasks === 0) return true;
      throw new Error(`${unfinished.join()} and ${left?.tasks} tasks are left`);
    },
    { what: 'every event to be applied or dead', timeoutMs: 120_000, intervalMs: 250 },
  );
}
