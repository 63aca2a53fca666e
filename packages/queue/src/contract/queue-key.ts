import { keySlot, slotCount } from './key-slot.ts';
import { queueNames } from './queue-names.ts';

/**
 * As many as `QUEUE_PARTITIONS` may say, and as the doctor looks into. More would only be more
 * connections.
 */
export const maxPartitions = 64;

/** What a queue is called on Redis, and what all its keys start with. */
export interface QueueKey {
  readonly name: string;
  readonly prefix: string;
}

/**
 * Where a queue lies. Only the live queue has partitions; the others stay with partition 0, which
 * is called as if there were no others, so that what is queued stays where it is when the number
 * of partitions changes. These names are a contract, and none depends on how many there are.
 */
export function queueKey(queuePrefix: string, name: string, partition = 0): QueueKey {
  const isFirst = partition === 0 || name !== queueNames.live;
  if (isFirst) return { name, prefix: `{${queuePrefix}}` };
  return { name: `${name}-${partition}`, prefix: `{${hashTagOf(queuePrefix, partition)}}` };
}

/** Hash tags to choose from for one partition. */
const candidates = 100;

/**
 * A cluster puts all keys with one hash tag into one slot, and gives each master a run of slots.
 * So partitions had better be far apart, by thirds first, since three masters are the fewest: a
 * tag is `sinch.1.18`, of which the last number was chosen for its slot. The dot is in no
 * `QUEUE_PREFIX`, so that no two of these collide.
 */
function hashTagOf(queuePrefix: string, partition: number): string {
  const wanted = keySlot(queuePrefix) + Math.round(byThirds(partition) * slotCount);
  const tags = Array.from({ length: candidates }, (_, n) => `${queuePrefix}.${partition}.${n}`);
  const distances = tags.map((tag) => distance(keySlot(tag), wanted % slotCount));
  return tags[distances.indexOf(Math.min(...distances))] ?? '';
}

/** 0, ⅓, ⅔, then the ninths between them: each n first numbers are spread over 0 to 1. */
function byThirds(n: number): number {
  return n === 0 ? 0 : (n % 3) / 3 + byThirds(Math.floor(n / 3)) / 3;
}

/** Slots lie in a ring. */
function distance(one: number, other: number): number {
  const direct = Math.abs(one - other);
  return Math.min(direct, slotCount - direct);
}
