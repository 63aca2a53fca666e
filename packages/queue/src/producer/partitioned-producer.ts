import type { CallbackEvent } from '@sinch-callbacks/core';
import type { CallbackProducer } from './producer.ts';

/**
 * One producer for each partition of the live queue, and each event to its own. They do not know
 * of each other: while one master of a cluster is away, the partitions on the others take events
 * as ever, and each may have a fallback of its own.
 * @param open is called once for each partition, from 0 on.
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
 * The partition of an event, of so many: the same for all events of one message, in every process.
 * An event that is about no single thing goes by its key.
 *
 * Not evenly by chance alone: a hash spreads ids that differ in their last letters only.
 */
export function choosePartition(
  event: Pick<CallbackEvent, 'key' | 'entityId'>,
  partitions: number,
): number {
  return partitions === 1 ? 0 : hash(event.entityId ?? event.key) % partitions;
}

/** FNV-1a over UTF-16, and the last steps of MurmurHash3, without which its low bits are weak. */
function hash(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  }
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return (sum ^ (sum >>> 16)) >>> 0;
}
