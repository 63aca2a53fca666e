import type { CallbackEvent } from '@sinch-callbacks/core';
import type { CallbackProducer } from './producer.ts';

/**
 * Opens one producer for each partition of the live queue, and gives each event to the producer of
 * its partition. They are independent: while one master of a cluster is down, the partitions on the
 * others take events, and each may have its own fallback.
 * @param open is called once for each partition, from 0 up.
 */
export function openPartitionedProducer(
  partitions: number,
  open: (partition: number) => CallbackProducer,
): CallbackProducer {
  const producers = Array.from({ length: partitions }, (_, partition) => open(partition));
  const [first] = producers;
  if (first === undefined) throw new RangeError('a queue has at least one partition');
  if (partitions === 1) return first;

  const producerOf = (event: CallbackEvent) =>
    producers[choosePartition(event, partitions)] ?? first;
  return {
    enqueue: (event) => producerOf(event).enqueue(event),
    // A load balancer must not remove an ingest that can still queue on the other partitions.
    async isReachable() {
      const answers = await Promise.all(producers.map((producer) => producer.isReachable()));
      return answers.includes(true);
    },
    isNearlyFull: () => producers.some((producer) => producer.isNearlyFull()),
    addAnswerCounts: async (counts) => await first.addAnswerCounts(counts),
    async close() {
      await Promise.all(producers.map((producer) => producer.close()));
    },
  };
}

/**
 * Chooses an event's partition: the same for all events of one message, in every process. An event
 * without an entity is placed by its key.
 *
 * Ids that differ only in their last letters are spread evenly too, because they are hashed.
 */
export function choosePartition(
  event: Pick<CallbackEvent, 'key' | 'entityId'>,
  partitions: number,
): number {
  return partitions === 1 ? 0 : hash(event.entityId ?? event.key) % partitions;
}

/** Hashes by FNV-1a over UTF-16, then by MurmurHash3's last steps: alone its low bits are weak. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  }
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return (sum ^ (sum >>> 16)) >>> 0;
}
