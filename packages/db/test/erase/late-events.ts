import { address, at, messageOf, phone } from './person-events.ts';

export const person = '01CONTACTOFTHEPERSON00001';
/** The contact that was merged into the person's. */
const formerly = '01CONTACTOFTHEPERSON00009';
export const neighbour = '01CONTACTOFTHENEIGHBOUR02';
/** A further identity of the person, which the neighbour has too. */
export const sharedNumber = '46701239999';
export const ownNumber = '46709990002';
export const email = "O'Brien@x.se";

export const profile = (id: string, name: string, ...identities: readonly string[]) => ({
  contact: {
    id,
    display_name: name,
    email: id === person ? email : 'b@example.com',
    external_id: `crm-7-${id}`,
    metadata: `about ${name}`,
    channel_identities: identities.map((identity) => address(identity)),
  },
});
export const contactEvent = (kind: 'create' | 'update', minute: number, body: object) => ({
  app_id: 'A1',
  event_time: at(minute),
  [`contact_${kind}_notification`]: body,
});
const report = (id: string, contactId: string, identity: string, minute: number) => ({
  app_id: 'A1',
  event_time: at(minute),
  message_delivery_report: {
    message_id: id,
    status: 'FAILED',
    contact_id: contactId,
    metadata: `sent to ${contactId}`,
    channel_identity: address(identity),
    reason: { code: 'X', description: `no way to ${identity}` },
  },
});
export const optOut = (
  contactId: string | undefined,
  identity: string | undefined,
  minute: number,
) => ({
  app_id: 'A1',
  event_time: at(minute),
  opt_out_notification: {
    contact_id: contactId,
    channel: 'SMS',
    identity,
    status: 'OPT_OUT_SUCCEEDED',
  },
});

export const deliveryAt = (identity: string) => ({
  app_id: 'A1',
  event_time: at(16),
  event_delivery_report: {
    event_id: 'D-1',
    status: 'DELIVERED',
    metadata: 'the violet teapot',
    channel_identity: address(identity),
  },
});

/** Events that were written before the erasure. */
export const known = [
  contactEvent('create', 1, profile(person, 'Zephyrine Quill', phone, sharedNumber)),
  contactEvent('create', 1, profile(neighbour, 'Barnaby Rudge', ownNumber, sharedNumber)),
  messageOf('M1', person, phone, 'the violet teapot'),
];

/** Events of before the erasure that come after it. */
export const late: readonly object[] = [
  { ...messageOf('M1', person, phone, 'the violet teapot'), copy: 1 },
  messageOf('M2', person, sharedNumber, 'the violet teapot too'),
  messageOf('M3', neighbour, sharedNumber, 'a plain kettle'),
  messageOf('M4', neighbour, ownNumber, 'call +46 70-123 00 01 please'),
  messageOf('M5', neighbour, ownNumber, 'a plain cup'),
  contactEvent('update', 3, profile(person, 'Zephyrine Quill', phone, sharedNumber)),
  contactEvent('update', 4, profile(neighbour, 'Barnaby R.', ownNumber, sharedNumber)),
  contactEvent('update', 5, profile(neighbour, `Barnaby of ${phone}`, ownNumber)),
  report('M1', person, phone, 5),
  report('M3', neighbour, sharedNumber, 6),
  report('M5', neighbour, ownNumber, 7),
  optOut(person, undefined, 8),
  optOut(person, `+${phone}`, 9),
  optOut(neighbour, undefined, 10),
  optOut(neighbour, sharedNumber, 11),
  optOut(undefined, sharedNumber, 12),
  ...[person, neighbour].map((contact_id) => ({
    app_id: 'A1',
    event_time: at(13),
    capability_notification: {
      contact_id,
      channel: 'SMS',
      identity: sharedNumber,
      capability_status: 'CAPABILITY_FULL',
    },
  })),
  ...[person, neighbour].map((contact_id) => ({
    app_id: 'A1',
    event_time: at(14),
    event: {
      id: `E-${contact_id}`,
      direction: 'TO_APP',
      contact_id,
      conversation_id: `V-${contact_id}`,
      channel_identity: address(sharedNumber),
      contact_event: { comment_event: { id: 'x', text: 'a comment' } },
    },
  })),
  ...[person, neighbour].map((contact_id) => ({
    app_id: 'A1',
    event_time: at(15),
    conversation_start_notification: {
      conversation: { id: `V-${contact_id}`, contact_id, metadata: `of ${contact_id}` },
    },
  })),
  ...[person, neighbour].map((contact_id) => ({
    app_id: 'A1',
    event_time: at(16),
    event_delivery_report: {
      event_id: `D-${contact_id}`,
      status: 'DELIVERED',
      contact_id,
      metadata: `of ${contact_id}`,
      channel_identity: address(sharedNumber),
    },
  })),
  {
    app_id: 'A1',
    event_time: at(17),
    contact_merge_notification: {
      preserved_contact: { id: person, display_name: 'Zephyrine Quill', channel_identities: [] },
      deleted_contact: { id: formerly, display_name: 'Zephyrine Old', channel_identities: [] },
    },
  },
  { brand_new_notification: { note: `it is +${phone}` } },
];
