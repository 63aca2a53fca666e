import { recognise, type Trigger } from '@sinch-callbacks/core';

/** What the messages of a burst come to. */
export interface BurstMessages {
  /** Distinct ids, in both directions. */
  readonly messageIds: readonly string[];
  /** By id, the status that each reported message must end in, whatever order its reports come in. */
  readonly finalStatuses: ReadonlyMap<string, string>;
}

const messageTriggers: ReadonlySet<Trigger> = new Set([
  'MESSAGE_INBOUND',
  'MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION',
  'MESSAGE_SUBMIT',
  'MESSAGE_DELIVERY',
]);

/** @param bodies in the order in which things happened: the last report of a message is final. */
export function summariseMessages(bodies: readonly string[]): BurstMessages {
  const messageIds = new Set<string>();
  const finalStatuses = new Map<string, string>();
  for (const text of bodies) {
    const recognition = recognise(text);
    if (recognition.kind !== 'known' || !messageTriggers.has(recognition.trigger)) continue;
    const { entityId, body } = recognition;
    if (entityId === undefined) continue;
    messageIds.add(entityId);
    const report = body['message_delivery_report'] as { readonly status: string } | undefined;
    if (report) finalStatuses.set(entityId, report.status);
  }
  return { messageIds: [...messageIds], finalStatuses };
}
