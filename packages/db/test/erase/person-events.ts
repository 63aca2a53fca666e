export const phone = '46701230001';

/** A minute of the same hour. */
export const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`;
export const address = (identity: string, channel = 'SMS') => ({
  channel,
  identity,
  app_id: 'A1',
});

/** An inbound text message. */
export function messageOf(id: string, contactId: string, identity: string, text: string) {
  return {
    app_id: 'A1',
    accepted_time: at(1),
    message: {
      id,
      direction: 'TO_APP',
      contact_id: contactId,
      conversation_id: `V-${contactId}`,
      channel_identity: address(identity),
      contact_message: { text_message: { text } },
      accept_time: at(1),
      metadata: `about ${contactId}`,
    },
  };
}

/** Events about one person, C1 and once C9, about the neighbour C2, and about no one known. */
export const events = [
  messageOf('M1', 'C1', `+${phone}`, 'the violet teapot'),
  messageOf('M2', 'C2', '46709990002', 'a plain kettle'),
  messageOf('M3', 'C2', '46709990002', 'call +46 70-123 00 01 please'),
  messageOf('M4', 'C9', '46709990009', 'the violet teapot too'),
  {
    app_id: 'A1',
    event_time: at(2),
    message_delivery_report: {
      message_id: 'M1',
      status: 'FAILED',
      contact_id: 'C1',
      channel_identity: address(phone),
      reason: { code: 'X', description: `cannot reach ${phone}` },
    },
  },
  {
    app_id: 'A1',
    event_time: at(3),
    contact_create_notification: {
      contact: {
        id: 'C1',
        display_name: 'Zephyrine Quill',
        email: 'z@example.com',
        external_id: 'crm-771',
        metadata: 'Zephyrine is nice',
        channel_identities: [address(phone), address('psid-000771', 'MESSENGER')],
      },
    },
  },
  {
    app_id: 'A1',
    event_time: at(4),
    contact_merge_notification: {
      preserved_contact: { id: 'C1', display_name: 'Zephyrine Quill', channel_identities: [] },
      deleted_contact: { id: 'C9', display_name: 'Zephyrine Old', channel_identities: [] },
    },
  },
  {
    app_id: 'A1',
    event_time: at(5),
    opt_out_notification: {
      contact_id: 'C1',
      channel: 'SMS',
      identity: `+${phone}`,
      status: 'OPT_OUT_SUCCEEDED',
    },
  },
  {
    app_id: 'A1',
    event_time: at(6),
    opt_out_notification: { contact_id: 'C1', channel: 'MESSENGER', status: 'OPT_OUT_SUCCEEDED' },
  },
  {
    app_id: 'A1',
    event_time: at(7),
    capability_notification: {
      contact_id: 'C1',
      channel: 'SMS',
      identity: phone,
      capability_status: 'CAPABILITY_FULL',
    },
  },
  {
    app_id: 'A1',
    event_time: at(8),
    event: {
      id: 'E1',
      direction: 'TO_APP',
      contact_id: 'C1',
      conversation_id: 'V-C1',
      channel_identity: address(phone),
      contact_event: { comment_event: { id: 'x', text: 'violet teapot again' } },
    },
  },
  {
    app_id: 'A1',
    event_time: at(9),
    conversation_start_notification: {
      conversation: { id: 'V-C1', contact_id: 'C1', active_channel: 'SMS', metadata: 'Zephyrine' },
    },
  },
  { brand_new_notification: { note: `it is +${phone}` } },
];
