import { type CallbackEvent, decideEvent, type Facts } from '@sinch-callbacks/core';
import type pg from 'pg';

type Decided = Extract<ReturnType<typeof decideEvent>, { kind: 'apply' }>;

const deadlock = '40P01';

/** One event's rows in one transaction, by prepared statements; a deadlock is tried again at once. */
export async function applyWithSql(pool: pg.Pool, event: CallbackEvent): Promise<void> {
  const decision = decideEvent(event);
  if (decision.kind !== 'apply') throw new Error('an event that cannot be applied');
  const client = await pool.connect();
  try {
    for (;;) {
      try {
        await client.query('BEGIN');
        await writeRows(client, event, decision);
        await client.query('COMMIT');
        return;
      } catch (error) {
        await client.query('ROLLBACK');
        if (!(error instanceof Error && 'code' in error && error.code === deadlock)) throw error;
      }
    }
  } finally {
    client.release();
  }
}

async function writeRows(client: pg.PoolClient, event: CallbackEvent, decision: Decided) {
  const { envelope, facts, trigger, entityId, payloadJson } = decision;
  await client.query({
    name: 'event',
    text: `INSERT INTO callback_event (event_key, trigger, entity_id, project_id, app_id,
      accepted_time, event_time, received_at, applied_at, state, attempts, raw_body, payload)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now(), 'APPLIED', 1, $9, $10)`,
    values: [
      event.key,
      trigger,
      entityId,
      envelope.projectId,
      envelope.appId,
      envelope.acceptedTime,
      envelope.eventTime,
      event.receivedAt,
      event.rawBody.text,
      payloadJson,
    ],
  });
  await writeSurroundings(client, event.receivedAt, facts);
  for (const fact of facts.messages) {
    await client.query({
      name: 'message',
      text: `INSERT INTO message AS m (sinch_message_id, app_id, conversation_id, contact_id,
        channel, channel_identity, status, status_rank, status_at, status_stamp, direction, content,
        created_at, last_updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
        ON CONFLICT (sinch_message_id) DO UPDATE SET
          content = coalesce(m.content, excluded.content),
          status = CASE WHEN excluded.status_stamp > coalesce(m.status_stamp, '')
            THEN excluded.status ELSE m.status END,
          status_rank = CASE WHEN excluded.status_stamp > coalesce(m.status_stamp, '')
            THEN excluded.status_rank ELSE m.status_rank END,
          status_at = CASE WHEN excluded.status_stamp > coalesce(m.status_stamp, '')
            THEN excluded.status_at ELSE m.status_at END,
          status_stamp = greatest(m.status_stamp, excluded.status_stamp),
          last_updated_at = greatest(m.last_updated_at, excluded.last_updated_at)`,
      values: [
        fact.sinchMessageId,
        fact.appId,
        fact.conversationId,
        fact.contactId,
        fact.channel?.channel,
        fact.channel?.identity,
        fact.status?.status,
        fact.status?.rank,
        fact.status?.at,
        fact.status?.stamp,
        fact.direction,
        fact.content?.json,
        event.receivedAt,
      ],
    });
  }
  for (const fact of facts.messageStatuses) {
    await client.query({
      name: 'report',
      text: `INSERT INTO message_status (event_key, sinch_message_id, status, channel, event_time,
        reason_code, reason_description) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      values: [
        event.key,
        fact.sinchMessageId,
        fact.status,
        fact.channel,
        fact.eventTime,
        fact.reasonCode,
        fact.reasonDescription,
      ],
    });
  }
}

async function writeSurroundings(client: pg.PoolClient, receivedAt: string, facts: Facts) {
  for (const { sinchContactId, profile } of facts.contacts) {
    await client.query({
      name: 'contact',
      text: `INSERT INTO contact AS c (sinch_contact_id, display_name, email, language, created_at)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (sinch_contact_id) DO UPDATE SET display_name = excluded.display_name,
          email = excluded.email, language = excluded.language
        WHERE excluded.display_name IS NOT NULL`,
      values: [sinchContactId, profile?.displayName, profile?.email, profile?.language, receivedAt],
    });
  }
  for (const { sinchConversationId, appId, contactId, state } of facts.conversations) {
    await client.query({
      name: 'conversation',
      text: `INSERT INTO conversation AS c (sinch_conversation_id, app_id, contact_id, state,
          created_at, last_updated_at) VALUES ($1, $2, $3, $4, $5, $5)
        ON CONFLICT (sinch_conversation_id) DO UPDATE SET state = coalesce(excluded.state, c.state),
          last_updated_at = greatest(c.last_updated_at, excluded.last_updated_at)`,
      values: [sinchConversationId, appId, contactId, state?.state, receivedAt],
    });
  }
}
