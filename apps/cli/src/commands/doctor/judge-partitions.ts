import type { PartitionCount } from '@sinch-callbacks/queue';
import { type Check, ok, warning } from './check.ts';

/** @param beyond partitions with jobs in them that a worker with this setting does not read. */
export function judgePartitions(partitions: number, beyond: readonly PartitionCount[]): Check {
  const last = beyond.at(-1);
  if (last === undefined) return ok('partitions', `${partitions} (QUEUE_PARTITIONS)`);
  const jobs = beyond.reduce((sum, { jobs: some }) => sum + some, 0);
  const names = beyond.map(({ name }) => name).join(', ');
  const message = `QUEUE_PARTITIONS is ${partitions} here, and ${jobs} jobs wait in others: ${names}`;
  const needed = last.partition + 1;
  const advice = `Workers need QUEUE_PARTITIONS=${needed} or more until those are done; nothing is lost meanwhile.`;
  return warning('partitions', message, advice);
}
