import { queryRows } from '@sinch-callbacks/dev-env/servers';

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
INSERT INTO conversation (sinch_conversation_id, contact_id, started, created_at, updated_at)
SELECT '00TALK' || lpad(n::text, 20, '0'), c, true, now(), now()
FROM generate_series(1, $1::integer) AS n, LATERAL (SELECT '00CONTACT' || lpad(n::text, 17, '0') AS c)`;

const insertMessages = `
INSERT INTO message (sinch_message_id, conversation_id, contact_id, channel, status, status_rank,
  status_stamp, direction, kind, text, content, created_at, happened_at, updated_at)
SELECT '00MESSAGE' || lpad(n::text, 17, '0'), '00TALK' || lpad(p::text, 20, '0'), c, 'SMS',
  'DELIVERED', 40, decode('28' || left(md5(n::text) || md5(c), 32), 'hex'), 'TO_CONTACT',
  'text_message', 'Your parcel is on its way.',
  '{"text_message": {"text": "Your parcel is on its way."}}', at, at, now()
FROM generate_series(1, $1::integer) AS n, LATERAL (SELECT n % $2::integer + 1 AS p, now() - n * interval '1 second' AS at),
  LATERAL (SELECT '00CONTACT' || lpad(p::text, 17, '0') AS c)`;

const insertEvents = `
WITH guards AS (
  INSERT INTO event_guard (event_digest, received_at)
  SELECT decode(md5(n::text), 'hex'), now() - n * interval '1 second'
  FROM generate_series(1, $1::integer) AS n
)
INSERT INTO callback_event (event_digest, kept, trigger, entity_id, app_id, accepted_time, event_time,
  received_at, signed_at, applied_at, state, attempts, raw_body)
SELECT decode(md5(n::text), 'hex'), false, 'MESSAGE_DELIVERY', m, 'app', at, at, at, at, at,
  'APPLIED', 1, body
FROM generate_series(1, $1::integer) AS n,
  LATERAL (SELECT '00MESSAGE' || lpad((n % $2::integer + 1)::text, 17, '0') AS m,
    now() - n * interval '1 second' AS at),
  LATERAL (SELECT json_build_object('app_id', 'app', 'padding', repeat(md5(n::text), 12),
    'message_delivery_report', json_build_object('message_id', m, 'status', 'DELIVERED'))::text AS body)`;

const insertReports = `
INSERT INTO message_status (event_digest, sinch_message_id, status, rank, channel, event_time, received_at)
SELECT decode(md5(n::text), 'hex'), m, 'DELIVERED', 40, 'SMS', now() - n * interval '1 second', now()
FROM generate_series(1, $1::integer) AS n,
  LATERAL (SELECT '00MESSAGE' || lpad((n % $2::integer + 1)::text, 17, '0') AS m)`;
