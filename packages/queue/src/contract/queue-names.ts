/** The three queues. Their names are a contract: dashboards and alerts refer to them. */
export const queueNames = {
  /** What Sinch sends. */
  live: 'sinch-callbacks',
  /** Replayed events: a lane of their own, so that they never delay live ones. */
  replay: 'sinch-callbacks-replay',
  /** Events that will not be tried again by themselves. No worker reads it. */
  dead: 'sinch-callbacks-dead',
} as const;

/** The two queues that a worker reads. */
export type Lane = 'live' | 'replay';

/** Of all keys on Redis, and of the schema on Postgres, where none is given. */
export const defaultPrefix = 'sinch';

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

/** How many slots the keys of a Redis Cluster are spread over. */
export const slotCount = 16_384;
/** Of CRC-16/XMODEM, which Redis Cluster has chosen. */
const polynomial = 0x1021;

/** The slot of all keys with this hash tag. */
export function keySlot(hashTag: string): number {
  let crc = 0;
  for (const byte of Buffer.from(hashTag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 0x8000 ? ((crc << 1) ^ polynomial) & 0xffff : crc << 1;
    }
  }
  return crc % slotCount;
}
