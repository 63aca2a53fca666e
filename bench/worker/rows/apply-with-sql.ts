import {
  type CallbackEvent,
  decideEvent,
  digestOfEventKey,
  type Facts,
} from '@sinch-callbacks/core';
import type pg from 'pg';

type Decided = Extract<ReturnType<typeof decideEvent>, { kind: 'apply' }>;

const deadlock = '40P01';

/** SWITCHING_CHANNEL (15) ranks above QUEUED_ON_CHANNEL (20) on the same channel only. */
const isFurther = `CASE
  WHEN m.channel = excluded.channel AND m.status_rank = 15 THEN excluded.status_rank > 20
  WHEN m.channel = excluded.channel AND excluded.status_rank = 15 THEN m.status_rank <= 20
  ELSE excluded.status_stamp > coalesce(m.status_stamp, ''::bytea) END`;

const overallStatus = ['status', 'status_rank', 'status_at', 'status_stamp', 'channel']
  .map((name) => `${name} = CASE WHEN ${isFurther} THEN excluded.${name} ELSE m.${name} END`)
  .join(', ');

/** Writes one event's rows in one prepared-SQL transaction; retries a deadlock at once. */
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
  const { envelope, facts, trigger, entityId } = decision;
  const digest = digestOfEventKey(event.key);
  await client.query({
    name: 'event',
    text: `WITH guard AS (
        INSERT INTO event_guard (event_digest, received_at) VALUES (decode($1, 'hex'), $8)
      )
      INSERT INTO callback_event (event_digest, trigger, entity_id, project_id, app_id,
        accepted_time, event_time, received_at, applied_at, state, kept, attempts, raw_body)
      VALUES (decode($1, 'hex'), $2, $3, $4, $5, $6, $7, $8, now(), 'APPLIED', false, 1, $9)`,
    values: [
      digest,
      trigger,
      entityId,
      envelope.projectId,
      envelope.appId,
      envelope.acceptedTime,
      envelope.eventTime,
      event.receivedAt,
      event.rawBody.text,
    ],
  });
  await writeContactsAndConversations(client, event.receivedAt, facts);
  for (const fact of facts.messages) {
    await client.query({
      name: 'message',
      text: `INSERT INTO message AS m (sinch_message_id, app_id, conversation_id, contact_id,
        channel, channel_identity, status, status_rank, status_at, status_stamp, direction, content,
        created_at, updated_at, happened_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, decode($10, 'hex'), $11, $12, $13, $13, $14)
        ON CONFLICT (sinch_message_id) DO UPDATE SET
          content = coalesce(m.content, excluded.content),
          ${overallStatus},
          updated_at = greatest(m.updated_at, excluded.updated_at)`,
      values: [
        fact.sinchMessageId,
        fact.appId,
        fact.conversationId,
        fact.contactId,
        fact.overallStatus?.channel,
        fact.overallStatus?.channelIdentity,
        fact.overallStatus?.status,
        fact.overallStatus?.statusRank,
        fact.overallStatus?.statusAt,
        fact.overallStatus?.stamp,
        fact.direction,
        fact.content?.json,
        event.receivedAt,
        fact.happenedAt,
      ],
    });
  }
  for (const fact of facts.messageStatuses) {
    await client.query({
      name: 'report',
      text: `INSERT INTO message_status (event_digest, sinch_message_id, status, rank, channel,
        event_time, reason_code, reason_description, received_at)
        VALUES (decode($1, 'hex'), $2, $3, $4, $5, $6, $7, $8, $9)`,
      values: [
        digest,
        fact.sinchMessageId,
        fact.status,
        fact.rank,
        fact.channel,
        fact.eventTime,
        fact.reasonCode,
        fact.reasonDescription,
        event.receivedAt,
      ],
    });
  }
}

async function writeContactsAndConversations(
  client: pg.PoolClient,
  receivedAt: string,
  facts: Facts,
) {
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
  for (const { sinchConversationId, appId, contactId, started } of facts.conversations) {
    await client.query({
      name: 'conversation',
      text: `INSERT INTO conversation AS c (sinch_conversation_id, app_id, contact_id, started,
          created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
        ON CONFLICT (sinch_conversation_id) DO UPDATE SET started = excluded.started OR c.started,
          updated_at = greatest(c.updated_at, excluded.updated_at)`,
      values: [sinchConversationId, appId, contactId, started, receivedAt],
    });
  }
}
