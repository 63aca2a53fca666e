import type { CallbackEvent } from '@sinch-callbacks/core';
import { choosePartition } from './choose-partition.ts';
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
