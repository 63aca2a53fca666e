import type { CallbackEvent } from '@sinch-callbacks/core';

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
