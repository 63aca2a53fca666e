/**
 * Every trigger that Sinch documents, with its top-level key in the body and the paths of its
 * entity id, the usual one first. A callback carries no trigger name: the top-level key alone
 * identifies it.
 *
 * Source: the Conversation API callback reference and the OpenAPI description. No path means that
 * Sinch gives the event no id of its own.
 */
export const triggerCatalog = {
  MESSAGE_INBOUND: { topLevelKey: 'message', entityPaths: [['id']] },
  MESSAGE_INBOUND_SMART_CONVERSATION_REDACTION: {
    topLevelKey: 'message_redaction',
    entityPaths: [['id']],
  },
  MESSAGE_SUBMIT: {
    topLevelKey: 'message_submit_notification',
    entityPaths: [['message_id'], ['submitted_message', 'message_id']],
  },
  MESSAGE_DELIVERY: { topLevelKey: 'message_delivery_report', entityPaths: [['message_id']] },
  EVENT_INBOUND: { topLevelKey: 'event', entityPaths: [['id']] },
  EVENT_DELIVERY: { topLevelKey: 'event_delivery_report', entityPaths: [['event_id']] },
  CONVERSATION_START: {
    topLevelKey: 'conversation_start_notification',
    entityPaths: [['conversation', 'id'], ['conversation_id']],
  },
  CONVERSATION_STOP: {
    topLevelKey: 'conversation_stop_notification',
    entityPaths: [['conversation', 'id'], ['conversation_id']],
  },
  CONVERSATION_DELETE: {
    topLevelKey: 'conversation_delete_notification',
    entityPaths: [['conversation', 'id'], ['conversation_id']],
  },
  CONTACT_CREATE: {
    topLevelKey: 'contact_create_notification',
    entityPaths: [['contact', 'id'], ['contact_id']],
  },
  CONTACT_UPDATE: {
    topLevelKey: 'contact_update_notification',
    entityPaths: [['contact', 'id'], ['contact_id']],
  },
  CONTACT_DELETE: {
    topLevelKey: 'contact_delete_notification',
    entityPaths: [['contact', 'id'], ['contact_id']],
  },
  CONTACT_MERGE: {
    topLevelKey: 'contact_merge_notification',
    entityPaths: [['preserved_contact', 'id'], ['preserved_contact_id']],
  },
  CONTACT_IDENTITIES_DUPLICATION: {
    topLevelKey: 'duplicated_contact_identities_notification',
    entityPaths: [],
  },
  CAPABILITY: { topLevelKey: 'capability_notification', entityPaths: [['request_id']] },
  OPT_IN: { topLevelKey: 'opt_in_notification', entityPaths: [['request_id']] },
  OPT_OUT: { topLevelKey: 'opt_out_notification', entityPaths: [['request_id']] },
  CHANNEL_EVENT: { topLevelKey: 'channel_event_notification', entityPaths: [] },
  UNSUPPORTED: { topLevelKey: 'unsupported_callback', entityPaths: [['id']] },
  SMART_CONVERSATIONS: {
    topLevelKey: 'smart_conversation_notification',
    entityPaths: [['message_id']],
  },
  RECORD_NOTIFICATION: { topLevelKey: 'record_notification', entityPaths: [['entity_id']] },
  BATCH_STATUS_UPDATE: {
    topLevelKey: 'batch_status_update_notification',
    entityPaths: [['batch_id']],
  },
} as const satisfies Record<string, TriggerShape>;

interface TriggerShape {
  readonly topLevelKey: string;
  readonly entityPaths: readonly (readonly string[])[];
}

/** A trigger that Sinch documents. */
export type KnownTrigger = keyof typeof triggerCatalog;

/**
 * The trigger of any event. `UNKNOWN`: a readable body with no top-level key of the catalog, or
 * with several. `UNREADABLE`: signed bytes that are not JSON.
 */
export type Trigger = KnownTrigger | 'UNKNOWN' | 'UNREADABLE';

export const knownTriggers = Object.keys(triggerCatalog) as readonly KnownTrigger[];

const triggerByTopLevelKey: ReadonlyMap<string, KnownTrigger> = new Map(
  knownTriggers.map((trigger) => [triggerCatalog[trigger].topLevelKey, trigger]),
);

/** Returns the trigger of a top-level key; `undefined` for an unknown key. */
export function triggerOfTopLevelKey(topLevelKey: string): KnownTrigger | undefined {
  return triggerByTopLevelKey.get(topLevelKey);
}

export function isKnownTrigger(trigger: string): trigger is KnownTrigger {
  return Object.hasOwn(triggerCatalog, trigger);
}
