import type { Database } from '../database.ts';
import { inRetriedSession } from '../write/retried-session.ts';
import { textArray } from '../write/text-array.ts';
import type { SqlValue, Statement, WriteSession } from '../write/write-session.ts';
import {
  emptyAndMark,
  emptyBodies,
  emptyMarked,
  type MarkedTable,
  markedTables,
  namesNoConsent,
} from './empty-rows.ts';
import { emptyingOf, isFull } from './personal-columns.ts';
import type { Pace } from './walk-pages.ts';

/** All contacts that were merged into one, itself included. */
const selectMembers = `
SELECT $1::text AS id UNION SELECT contact_id FROM contact_root WHERE root_id = $1::text`;

const keyOf: Readonly<Record<MarkedTable, string>> = {
  message: 'sinch_message_id',
  inbound_event: 'id',
  reaction: 'id',
  unsupported: 'id',
  event_delivery: 'sinch_event_id',
};

const selectRows = (table: MarkedTable, locking: string) => `
SELECT ${keyOf[table]} AS id FROM ${table}
WHERE contact_id = ANY($1::text[]) AND emptied_at IS NULL
${locking}`;

/** Rows that another session holds are left for the last transaction. */
const selectSome = (table: MarkedTable) => selectRows(table, 'LIMIT $2 FOR UPDATE SKIP LOCKED');
const selectRest = (table: MarkedTable) => selectRows(table, `ORDER BY ${keyOf[table]} FOR UPDATE`);

/** Events about these ids, and the reports about them, which have no index of their own. */
const selectEvents = `
SELECT encode(event_digest, 'hex') AS digest FROM callback_event
WHERE entity_id = ANY($1::text[]) AND trigger <> 'MESSAGE_DELIVERY' AND raw_body <> ''
UNION SELECT encode(event_digest, 'hex') FROM message_status WHERE sinch_message_id = ANY($1::text[])`;

/**
 * Empties a deleted contact: texts and identities of its messages and events, their bodies, and at
 * last its profile and identities, with those of the contacts that were merged into it. The last
 * step marks the contacts, so that an interrupted call is done again. The writer then redacts what
 * comes about them later. Consents stay, and what open letters and tasks need.
 */
export async function redactContact(
  database: Pick<Database, 'pool' | 'limits'>,
  sinchContactId: string,
  batch: number,
  { signal, afterBatch }: Pace,
): Promise<'done' | 'interrupted'> {
  const { rows } = await database.pool.query<{ id: string }>(selectMembers, [sinchContactId]);
  const members = rows.map(({ id }) => id);
  for (const table of tables) {
    let count = batch;
    while (count === batch) {
      if (signal?.aborted === true) return 'interrupted';
      count = await inRetriedSession(database, async (session) => {
        const values = [textArray(members), batch];
        return await emptyRows(session, table, { sql: selectSome(table) }, values);
      });
      await afterBatch(count);
    }
  }
  await inRetriedSession(database, async (session) => {
    const values = [textArray(members)];
    await session.query({ sql: emptyContacts }, values);
    // What a writer committed after the loop and before the mark. From now on it sees the mark.
    for (const table of tables) await emptyRows(session, table, { sql: selectRest(table) }, values);
    await emptyBodiesAbout(session, members);
    for (const sql of last) await session.query({ sql }, values);
  });
  return 'done';
}

const tables = ['message', ...markedTables] as const;

/** Empties the rows that a statement selects, with their bodies. Returns their number. */
async function emptyRows(
  session: WriteSession,
  table: MarkedTable,
  select: Statement,
  values: readonly SqlValue[],
): Promise<number> {
  const { rows } = await session.query<{ id: string }>(select, values);
  const ids = rows.map(({ id }) => id);
  // First: the reports that differ in their identity alone are about to become one.
  await emptyBodiesAbout(session, ids);
  await emptyMarked(session, table, ids);
  return ids.length;
}

async function emptyBodiesAbout(session: WriteSession, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const { rows } = await session.query<{ digest: string }>({ sql: selectEvents }, [textArray(ids)]);
  await emptyBodies(
    session,
    rows.map(({ digest }) => digest),
  );
}

const among = (column: string) => `${column} = ANY($1::text[])`;

/** First, as by the writer. From then on whatever it writes about them is redacted. */
const emptyContacts = `UPDATE contact SET ${emptyAndMark('contact')} WHERE ${among('sinch_contact_id')}`;

const last = [
  `UPDATE conversation SET ${emptyingOf('conversation')}
   WHERE ${among('contact_id')} AND ${isFull('conversation')}`,
  `UPDATE outbound SET ${emptyingOf('outbound')} WHERE ${among('contact_id')}
   AND state IN ('SENT', 'REFUSED', 'DISCARDED') AND ${isFull('outbound')}`,
  `UPDATE message_analysis SET ${emptyingOf('message_analysis')}
   WHERE ${among('contact_id')} AND ${isFull('message_analysis')}`,
  `DELETE FROM capability WHERE ${among('contact_id')}`,
  `DELETE FROM contact_identity AS i WHERE ${among('i.sinch_contact_id')} AND ${namesNoConsent}`,
];
