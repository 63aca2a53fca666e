import { beforeAll, expect, it } from 'vitest';
import {
  selectConsentEventsAbout,
  selectConsentEventsOf,
} from '../../src/read/consent/consent-events.ts';
import {
  selectByContact,
  selectByIdentity,
  selectListingsOf,
  selectListingsWith,
} from '../../src/read/consent/find-consent.ts';
import { findStatements, selectHolders, selectKnown } from '../../src/read/find/find-sql.ts';
import { selectByDigest, selectByEntity } from '../../src/read/find-events.ts';
import { selectUnknown } from '../../src/read/find-unknown-messages.ts';
import { selectUnapplied } from '../../src/read/unapplied-events.ts';
import { useMigratedDatabase } from '../support.ts';

const migrated = useMigratedDatabase();

const rows = 5_000;
/** The number of rows, of 5,000, that an index may return and a condition then refuses. */
const fewRows = 25;

/** The nth of everything: message, contact, conversation, event. One in fifty events is dead. */
const seed = [
  `INSERT INTO message (sinch_message_id, created_at, happened_at, updated_at, identity, channel,
     conversation_id, contact_id, metadata, correlation_id, batch_id, app_id)
   SELECT 'MESSAGE' || n, now(), now(), now(), (46700000 + n)::text, 'SMS', 'TALK' || n,
     'CONTACT' || n, 'order ' || n, 'CORRELATION' || n, 'BATCH' || n, 'APP' FROM numbers`,
  `INSERT INTO inbound_event (id, created_at, happened_at, updated_at, contact_id, conversation_id)
   SELECT 'EVENT' || n, now(), now(), now(), 'CONTACT' || n, 'TALK' || n FROM numbers`,
  `INSERT INTO conversation (sinch_conversation_id, created_at, updated_at)
   SELECT 'TALK' || n, now(), now() FROM numbers`,
  `INSERT INTO batch (batch_id, created_at, updated_at) SELECT 'BATCH' || n, now(), now() FROM numbers`,
  `INSERT INTO contact (sinch_contact_id, created_at) SELECT 'CONTACT' || n, now() FROM numbers`,
  `INSERT INTO contact_root (contact_id, root_id, created_at, updated_at)
   SELECT 'CONTACT' || n, 'CONTACT' || n, now(), now() FROM numbers WHERE n % 2 = 0`,
  `INSERT INTO contact_identity (sinch_contact_id, channel, identity, created_at)
   SELECT 'CONTACT' || n, 'SMS', (46700000 + n)::text, now() FROM numbers`,
  `INSERT INTO consent_event (consent_key, app_id, channel, identity, contact_id, kind, effect,
     order_at, received_at, event_digest, created_at, updated_at)
   SELECT digest, 'APP', 'SMS', CASE WHEN n % 3 > 0 THEN (46700000 + n)::text END, 'CONTACT' || n,
     'OPT_OUT', 'OUT', now(), now(), digest, now(), now() FROM numbers`,
  `INSERT INTO event_guard (event_digest, received_at) SELECT digest, '2026-01-01' FROM numbers`,
  `INSERT INTO callback_event (event_digest, received_at, attempts, state, kept, trigger, entity_id,
     raw_body)
   SELECT digest, '2026-01-01', 1, CASE WHEN n % 50 = 0 THEN 'DEAD' ELSE 'APPLIED' END::event_state,
     n % 50 = 0, CASE WHEN n % 2 = 0 THEN 'MESSAGE_DELIVERY' ELSE 'MESSAGE_SUBMIT' END,
     'MESSAGE' || n, '{}' FROM numbers`,
  `INSERT INTO message_status (sinch_message_id, received_at, rank, status, event_digest)
   SELECT 'MESSAGE' || n, now(), 40, 'DELIVERED', digest FROM numbers WHERE n % 2 = 0`,
  // Half have a message. One in a hundred names two identities.
  `INSERT INTO outbound (id, app_id, key, lane, contact_id, identities, content_digest, request,
     state, sinch_message_id)
   SELECT lpad(n::text, 32, '0')::uuid, 'APP', 'key ' || n, 'lane ' || n, 'CONTACT' || n,
     CASE WHEN n % 100 = 0 THEN ARRAY['both ' || n, (46700000 + n)::text]
       ELSE ARRAY[(46700000 + n)::text] END,
     '\\x00', '{"message": {"text_message": {"text": "Hi"}}}',
     CASE n % 2 WHEN 0 THEN 'SENT' ELSE 'QUEUED' END::outbound_state,
     CASE n % 2 WHEN 0 THEN 'MESSAGE' || n END FROM numbers`,
  `INSERT INTO dead_letter (event_digest, trigger, error_class, error_message, attempts,
     first_failed_at, dead_at, fingerprint)
   SELECT digest, 'MESSAGE_DELIVERY', 'permanent', 'x', '[]', now(), now(), 'f'
   FROM numbers WHERE n % 50 = 0`,
];

const numbers = `WITH numbers AS (
  SELECT n, substring(sha256(n::text::bytea) FOR 16) AS digest FROM generate_series(1, ${rows}) AS n)`;

beforeAll(async () => {
  const { pool } = migrated.database;
  for (const insert of seed) {
    const [, table = '', rest = ''] = /^INSERT INTO (\w+ \([^)]*\))([^]*)$/.exec(insert) ?? [];
    await pool.query(`INSERT INTO ${table} ${numbers} ${rest}`);
  }
  await pool.query('ANALYZE');
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Actual Rows': number;
  readonly Plans?: readonly Plan[];
}

/** Returns every node of a plan that ran. */
async function nodesOf(sql: string, values: readonly unknown[]): Promise<readonly Plan[]> {
  const client = await migrated.database.pool.connect();
  try {
    // A seed as small as this has tables that are read whole sooner than by an index.
    await client.query('SET enable_seqscan = off');
    const explain = `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`;
    const result = await client.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(explain, [...values]);
    return (result.rows[0]?.['QUERY PLAN'] ?? []).flatMap(({ Plan }) => withInner(Plan));
  } finally {
    client.release(true);
  }
}

function withInner(plan: Plan): readonly Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(withInner)];
}

const page = [21, true];
const digest = 'a0b1';
const ourId = '00000000-0000-0000-0000-000000000043';
const statements: readonly (readonly [what: string, sql: string, values: readonly unknown[]])[] = [
  ['messages by number', findStatements.messagesByIdentity, [['46700042', '+46700042'], ...page]],
  ['messages by contact', findStatements.messagesByContact, [['CONTACT42'], ...page]],
  ['messages by conversation', findStatements.messagesByConversation, [['TALK42'], ...page]],
  ['messages by id', findStatements.messagesById, [['MESSAGE42'], ...page]],
  [
    'messages by correlation id',
    findStatements.messagesByCorrelation,
    [['CORRELATION42'], ...page],
  ],
  ['messages by batch', findStatements.messagesByBatch, [['BATCH42'], ...page]],
  ['messages by metadata', findStatements.messagesByMetadata, [['order 42'], ...page]],
  ['inbound events by contact', findStatements.inboundEventsByContact, [['CONTACT42'], ...page]],
  [
    'inbound events by conversation',
    findStatements.inboundEventsByConversation,
    [['TALK42'], ...page],
  ],
  ['inbound events by id', findStatements.inboundEventsById, [['EVENT42'], ...page]],
  ['what is to be sent by number', findStatements.outboundByIdentity, [['46700043'], ...page]],
  [
    'what was sent by one of its numbers',
    findStatements.outboundByIdentity,
    [['both 100'], ...page],
  ],
  ['what is to be sent by contact', findStatements.outboundByContact, [['CONTACT43'], ...page]],
  ['what was sent by key', findStatements.outboundByKey, [['key 42'], ...page]],
  ['what was sent by its id', findStatements.outboundBySinchId, [['MESSAGE42'], ...page]],
  ['what is to be sent by our id', findStatements.outboundById, [[ourId], ...page]],
  [
    'events without rows by what they are about',
    findStatements.unapplied,
    [['MESSAGE50'], ...page],
  ],
  ['events without rows of a message', selectUnapplied, ['MESSAGE50']],
  [
    'messages whose callback is missing',
    selectUnknown,
    [
      ['MESSAGE43', 'MISSING'],
      ['MESSAGE_SUBMIT', 'MESSAGE_SUBMIT'],
    ],
  ],
  ['what an id is known as', selectKnown, ['CONTACT42']],
  ['contacts of an identity', selectHolders, [['46700042', '+46700042']]],
  ['events by the beginning of a digest', selectByDigest, [digest, null, 6]],
  [
    'events by the beginning of a key',
    selectByEntity,
    ['MESSAGE4242', 'MESSAGE_DELIVERY.MESSAGE4242', 6],
  ],
  ['consents by identity', selectByIdentity, ['46700042']],
  ['consents by contact', selectByContact, ['CONTACT42']],
  ['identities of a contact', selectListingsOf, [['CONTACT42']]],
  ['contacts with an identity', selectListingsWith, ['46700042']],
  ['consent events about an identity', selectConsentEventsAbout, ['46700043']],
  ['consent events of a contact about all its identities', selectConsentEventsOf, [['CONTACT42']]],
];

it.each(statements)(
  'finds %s by an index, and looks at few rows besides',
  async (_, sql, values) => {
    const nodes = await nodesOf(sql, values);
    const wholeTables = nodes.filter((node) => node['Node Type'] === 'Seq Scan');
    expect(wholeTables.map((node) => node['Relation Name'])).toEqual([]);
    const looked = nodes.map((node) => (node['Rows Removed by Filter'] ?? 0) + node['Actual Rows']);
    expect(Math.max(...looked)).toBeLessThanOrEqual(fewRows);
    expect(nodes[0]?.['Actual Rows']).toBeGreaterThanOrEqual(sql === selectByDigest ? 0 : 1);
  },
);
