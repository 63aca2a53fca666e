/**
 * Every trigger that Sinch documents, with the body's top-level key that tells it and the
 * path of its identity. The wire carries no trigger name: the top-level key is all there is.
 *
 * Source: the Conversation API callback reference and the OpenAPI description.
 * An empty path means that Sinch gives the event no identity of its own.
 */
export const triggerCatalog = {
  MESSAGE_INBOUND: { topLevelKey: 'message', entityPath: ['id'] },
  MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION: {
    topLevelKey: 'message_redaction',
    entityPath: ['id'],
  },
  MESSAGE_SUBMIT: { topLevelKey: 'message_submit_notification', entityPath: ['message_id'] },
  MESSAGE_DELIVERY: { topLevelKey: 'message_delivery_report', entityPath: ['message_id'] },
  EVENT_INBOUND: { topLevelKey: 'event', entityPath: ['id'] },
  EVENT_DELIVERY: { topLevelKey: 'event_delivery_report', entityPath: ['event_id'] },
  CONVERSATION_START: {
    topLevelKey: 'conversation_start_notification',
    entityPath: ['conversation', 'id'],
  },
  CONVERSATION_STOP: {
    topLevelKey: 'conversation_stop_notification',
    entityPath: ['conversation', 'id'],
  },
  CONVERSATION_DELETE: {
    topLevelKey: 'conversation_delete_notification',
    entityPath: ['conversation', 'id'],
  },
  CONTACT_CREATE: { topLevelKey: 'contact_create_notification', entityPath: ['contact', 'id'] },
  CONTACT_UPDATE: { topLevelKey: 'contact_update_notification', entityPath: ['contact', 'id'] },
  CONTACT_DELETE: { topLevelKey: 'contact_delete_notification', entityPath: ['contact', 'id'] },
  CONTACT_MERGE: {
    topLevelKey: 'contact_merge_notification',
    entityPath: ['preserved_contact', 'id'],
  },
  CONTACT_IDENTITIES_DUPLICATION: {
    topLevelKey: 'duplicated_contact_identities_notification',
    entityPath: [],
  },
  CAPABILITY: { topLevelKey: 'capability_notification', entityPath: ['request_id'] },
  OPT_IN: { topLevelKey: 'opt_in_notification', entityPath: ['request_id'] },
  OPT_OUT: { topLevelKey: 'opt_out_notification', entityPath: ['request_id'] },
  CHANNEL_EVENT: { topLevelKey: 'channel_event_notification', entityPath: [] },
  UNSUPPORTED: { topLevelKey: 'unsupported_callback', entityPath: ['id'] },
  SMART_CONVERSATIONS: {
    topLevelKey: 'smart_conversation_notification',
    entityPath: ['message_id'],
  },
  RECORD_NOTIFICATION: { topLevelKey: 'record_notification', entityPath: ['entity_id'] },
  BATCH_STATUS_UPDATE: {
    topLevelKey: 'batch_status_update_notification',
    entityPath: ['batch_id'],
  },
} as const satisfies Record<string, TriggerShape>;

interface TriggerShape {
  readonly topLevelKey: string;
  readonly entityPath: readonly string[];
}

/** A trigger that Sinch documents. */
export type KnownTrigger = keyof typeof triggerCatalog;

/**
 * What an event is. `UNKNOWN`: a readable body with no top-level key that we know, or with
 * several. `UNREADABLE`: signed bytes that are not JSON.
 */
export type Trigger = KnownTrigger | 'UNKNOWN' | 'UNREADABLE';

export const knownTriggers = Object.keys(triggerCatalog) as readonly KnownTrigger[];

const triggerByTopLevelKey: ReadonlyMap<string, KnownTrigger> = new Map(
  knownTriggers.map((trigger) => [triggerCatalog[trigger].topLevelKey, trigger]),
);

/** The trigger that this top-level key tells, if it is one we know. */
export function triggerOfTopLevelKey(topLevelKey: string): KnownTrigger | undefined {
  return triggerByTopLevelKey.get(topLevelKey);
}

export function isKnownTrigger(trigger: string): trigger is KnownTrigger {
  return Object.hasOwn(triggerCatalog, trigger);
}
