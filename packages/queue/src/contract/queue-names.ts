/** The three queues. Their names are a contract: dashboards and alerts refer to them. */
export const queueNames = {
  /** Events from Sinch. */
  live: 'sinch-callbacks',
  /** Replayed events. They have their own lane, so that they never delay live ones. */
  replay: 'sinch-callbacks-replay',
  /** Copies of dead letters. No worker reads it. */
  dead: 'sinch-callbacks-dead',
} as const;

/** The two queues that a worker reads. */
export type Lane = 'live' | 'replay';

/** The prefix of all keys on Redis, and of the schema on Postgres, when none is given. */
export const defaultPrefix = 'sinch';

/**
 * The most partitions that `QUEUE_PARTITIONS` allows and the doctor inspects. More would only mean
 * more connections.
 */
export const maxPartitions = 64;

/** A queue's name on Redis, and the beginning of all its keys. */
export interface QueueKey {
  readonly name: string;
  readonly prefix: string;
}

/**
 * Makes a queue's name and key prefix. Only the live queue has partitions; the other queues belong
 * to partition 0. Partition 0 is named as if it were the only one, so that its jobs stay where they
 * are when the number of partitions changes. The names are a contract, and do not depend on that
 * number.
 */
export function queueKey(queuePrefix: string, name: string, partition = 0): QueueKey {
  const isFirst = partition === 0 || name !== queueNames.live;
  if (isFirst) return { name, prefix: `{${queuePrefix}}` };
  return { name: `${name}-${partition}`, prefix: `{${hashTagOf(queuePrefix, partition)}}` };
}

/** The number of hash tags to choose from for one partition. */
const candidates = 100;

/**
 * Chooses a hash tag whose slot is far from those of the other partitions. A cluster puts all keys
 * with one tag into one slot, and gives each master a range of slots. Three masters are the fewest,
 * so the slots are spread by thirds first. The last number of `sinch.1.18` was chosen for its slot.
 * No `QUEUE_PREFIX` has a dot, so no two tags are the same.
 */
function hashTagOf(queuePrefix: string, partition: number): string {
  const wanted = keySlot(queuePrefix) + Math.round(byThirds(partition) * slotCount);
  const tags = Array.from({ length: candidates }, (_, n) => `${queuePrefix}.${partition}.${n}`);
  const distances = tags.map((tag) => distance(keySlot(tag), wanted % slotCount));
  return tags[distances.indexOf(Math.min(...distances))] ?? '';
}

/** Returns 0, ⅓, ⅔, then the ninths between them: the first n values are spread over 0 to 1. */
function byThirds(n: number): number {
  return n === 0 ? 0 : (n % 3) / 3 + byThirds(Math.floor(n / 3)) / 3;
}

/** Measures how far apart two slots are on the ring of all slots. */
function distance(one: number, other: number): number {
  const direct = Math.abs(one - other);
  return Math.min(direct, slotCount - direct);
}

/** The number of slots that a Redis Cluster spreads its keys over. */
export const slotCount = 16_384;
/** The polynomial of CRC-16/XMODEM, which Redis Cluster uses. */
const polynomial = 0x1021;

/** Computes the slot of all keys with this hash tag. */
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
