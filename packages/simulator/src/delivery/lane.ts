import type { Trigger } from '@sinch-callbacks/core';

/** Sinch queues what comes from people and what it reports itself apart: no order across the two. */
export type Lane = 'inbound' | 'status';

export const lanes: readonly Lane[] = ['inbound', 'status'];

const inboundTriggers: ReadonlySet<Trigger> = new Set([
  'MESSAGE_INBOUND',
  'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION',
  'EVENT_INBOUND',
  'UNSUPPORTED',
]);

export function laneOf(trigger: Trigger): Lane {
  return inboundTriggers.has(trigger) ? 'inbound' : 'status';
}
