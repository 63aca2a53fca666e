/**
 * The tables whose rows go by days of their own, in the order in which schedules list them. Contacts
 * with their merges and identities are not among them, since consent is decided over merged
 * contacts; consents never expire.
 */
export const expiringTables = [
  'message',
  'message_analysis',
  'conversation',
  'inbound_event',
  'unsupported',
  'event_delivery',
  'channel_event',
  'record',
  'batch',
  'capability',
  'outbound',
] as const;

export type ExpiringTable = (typeof expiringTables)[number];
