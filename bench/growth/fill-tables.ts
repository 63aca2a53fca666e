import { queryRows } from '@sinch-callbacks/testing/servers';

const eventsPerMessage = 3;
const eventsPerPerson = 30;

/** Rows as earlier callbacks would have left them, of other ids than any that are sent. */
export async function fillTables(url: string, events: number): Promise<void> {
  if (events === 0) return;
  const messages = Math.ceil(events / eventsPerMessage);
  const people = Math.ceil(events / eventsPerPerson);
  await queryRows(url, insertContacts, [people]);
  await queryRows(url, insertConversations, [people]);
  await queryRows(url, insertMessages, [messages, people]);
  await queryRows(url, insertEvents, [events, messages]);
  await queryRows(url, insertReports, [events, messages]);
}

const insertContacts = `
INSERT INTO contact (sinch_contact_id, display_name, created_at)
SELECT '00CONTACT' || lpad(n::text, 17, '0'), 'Person ' || n, now() - n * interval '1 second'
FROM generate_series(1, $1::integer) AS n`;

const insertConversations = `
INSERT INTO conversation (sinch_conversation_id, contact_id, reported_contact_id, state, created_at,
  last_updated_at)
SELECT '00TALK' || lpad(n::text, 20, '0'), c, c, 'ACTIVE', now(), now()
FROM generate_series(1, $1::integer) AS n, LATERAL (SELECT '00CONTACT' || lpad(n::text, 17, '0') AS c)`;

const insertMessages = `
INSERT INTO message (sinch_message_id, conversation_id, contact_id, reported_contact_id, channel,
  status, status_rank, status_stamp, direction, content, created_at, last_updated_at)
SELECT '00MESSAGE' || lpad(n::text, 17, '0'), '00TALK' || lpad(p::text, 20, '0'), c, c, 'SMS',
  'DELIVERED', 40, '40.' || lpad(n::text, 20, '0') || '.' || left(md5(n::text), 16), 'TO_CONTACT',
  '{"text_message": {"text": "Your parcel is on its way."}}', now() - n * interval '1 second', now()
FROM generate_series(1, $1::integer) AS n, LATERAL (SELECT n % $2::integer + 1 AS p),
  LATERAL (SELECT '00CONTACT' || lpad(p::text, 17, '0') AS c)`;

const insertEvents = `
INSERT INTO callback_event (event_key, trigger, entity_id, app_id, accepted_time, event_time,
  received_at, applied_at, state, attempts, raw_body, payload)
SELECT 'MESSAGE_DELIVERY.' || m || '.' || md5(n::text) || md5(m || n), 'MESSAGE_DELIVERY', m, 'app', at,
  at, at, at, 'APPLIED', 1, body, body::jsonb
FROM generate_series(1, $1::integer) AS n,
  LATERAL (SELECT '00MESSAGE' || lpad((n % $2::integer + 1)::text, 17, '0') AS m,
    now() - n * interval '1 second' AS at),
  LATERAL (SELECT json_build_object('app_id', 'app', 'padding', repeat(md5(n::text), 12),
    'message_delivery_report', json_build_object('message_id', m, 'status', 'DELIVERED'))::text AS body)`;

const insertReports = `
INSERT INTO message_status (event_key, sinch_message_id, status, channel, event_time)
SELECT 'MESSAGE_DELIVERY.' || m || '.' || md5(n::text) || md5(m || n), m, 'DELIVERED', 'SMS', now()
FROM generate_series(1, $1::integer) AS n,
  LATERAL (SELECT '00MESSAGE' || lpad((n % $2::integer + 1)::text, 17, '0') AS m)`;
