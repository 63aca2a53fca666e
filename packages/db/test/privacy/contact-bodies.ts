import { at, inbound } from '../projections/every-order.ts';

/** Bodies about a contact and its only number. */
export const contact = (id: string, number: string) => ({
  contact: {
    id,
    display_name: `Name ${number}`,
    email: `${number}@example.com`,
    channel_identities: [{ channel: 'SMS', identity: number }],
  },
});
export const created = (id: string, number: string) => ({
  accepted_time: at(1),
  event_time: at(1),
  contact_create_notification: contact(id, number),
});
export const deleted = (id: string, number: string) => ({
  accepted_time: at(9),
  event_time: at(9),
  contact_delete_notification: contact(id, number),
});
export const said = (id: string, text: string, message: string) => ({
  message: inbound(text, { id: message, contact_id: id, conversation_id: `CONV${id}` }),
});
