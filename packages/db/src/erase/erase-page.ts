import type { Database } from '../database.ts';
import { isNeededByConsent } from '../privacy/empty-rows.ts';
import { inRetriedSession } from '../write/retried-session.ts';
import { textArray } from '../write/text-array.ts';
import { inWriteSession, type SqlValue, type WriteSession } from '../write/write-session.ts';
import {
  bodyText,
  type ErasedTable,
  emptiedColumns,
  isRequestQuoting,
  isWord,
  mentions,
  parameters,
} from './erased-tables.ts';
import { abroad, asDigested, type ErasureKeys, erasedPrefix } from './erasure-keys.ts';
import { type Person, patternsOf } from './person.ts';
import { type PageRange, valuesAt } from './walk-table.ts';

/**
 * Counts the rows of a page that an erasure would change.
 * @throws pg's error, also where the page takes too long.
 */
export async function countErasable(
  database: Pick<Database, 'pool' | 'limits'>,
  table: ErasedTable,
  range: PageRange,
  { person, keys }: { readonly person: Person; readonly keys: ErasureKeys },
): Promise<number> {
  const { where } = statementsOf(table, range);
  const sql = `${withUsed} SELECT count(*)::integer AS count FROM ${table.name} AS t, used WHERE ${where}`;
  const values = [...valuesOf(person, keys), ...(range.from ?? []), ...(range.to ?? [])];
  const options = { keepsStatements: false, lockTimeoutMs: database.limits.lockTimeoutMs };
  const { rows } = await inWriteSession(database, options, async (session) => {
    await session.query({ sql: logNoValues }, []);
    return await session.query<{ count: number }>({ sql }, values);
  });
  return rows[0]?.count ?? 0;
}

/**
 * Erases the person from one page of a table. Idempotent.
 * @param record notes it in the same transaction, so that a kill loses no count.
 * @returns the number of changed rows.
 * @throws pg's error, after several tries where another session was in the way, and at once where
 *   the page takes too long.
 */
export async function erasePage(
  database: Database,
  table: ErasedTable,
  range: PageRange,
  { person, keys }: { readonly person: Person; readonly keys: ErasureKeys },
  record: (session: WriteSession, changed: number) => Promise<void>,
): Promise<number> {
  const { statements } = statementsOf(table, range);
  const values = [...valuesOf(person, keys), ...(range.from ?? []), ...(range.to ?? [])];
  return await inRetriedSession(database, async (session) => {
    await session.query({ sql: logNoValues }, []);
    let changed = 0;
    for (const sql of statements) changed += (await session.query({ sql }, values)).count;
    await record(session, changed);
    return changed;
  });
}

/**
 * Where the role may, keeps the person out of the log of Postgres, which has the parameters of slow
 * statements where `log_min_duration_statement` is set.
 */
const logNoValues = `SELECT set_config('log_parameter_max_length', '0', true)
WHERE has_parameter_privilege('log_parameter_max_length', 'SET')`;

/** Each parameter once, since Postgres refuses one whose type no statement determines. */
const withUsed = `WITH used AS MATERIALIZED (SELECT ${Object.values(parameters).join(', ')})`;

function valuesOf(person: Person, keys: ErasureKeys): SqlValue[] {
  const patterns = patternsOf(person);
  const spellings = person.identities.map((identity) => keys.erasedSpelling(asDigested(identity)));
  return [
    textArray(person.contacts),
    textArray(person.identities),
    textArray(person.messages),
    textArray(person.subjects),
    textArray(patterns.texts),
    textArray(patterns.numbers),
    textArray(spellings),
    textArray(patterns.candidates),
    textArray(patterns.ids),
    textArray(patterns.words),
  ];
}

const used = Object.keys(parameters).length;

function statementsOf(
  table: ErasedTable,
  { from, to }: PageRange,
): { readonly statements: readonly string[]; readonly where: string } {
  const columns = table.key.map(([column]) => `t.${column}`).join(', ');
  const afterFrom = used + 1 + (from?.length ?? 0);
  const page = [
    ...(from ? [`(${columns}) > (${valuesAt(table.key, used + 1)})`] : []),
    ...(to ? [`(${columns}) <= (${valuesAt(table.key, afterFrom)})`] : []),
    'true',
  ].join(' AND ');
  switch (table.name) {
    case 'capability': {
      const where = `${page} AND (${table.isOwn} OR ${mentions('t.channel_identity')})`;
      return {
        where,
        statements: [`${withUsed} DELETE FROM capability AS t USING used WHERE ${where}`],
      };
    }
    case 'handler_hold': {
      // A live hold keeps other tasks of its key waiting. It ends with its own.
      const where = `${page} AND t.held_until < now() AND (${table.isOwn} OR ${mentions('t.key')})`;
      return { where, statements: [freeHolds(where)] };
    }
    case 'contact_identity': {
      const isLeft = `${table.isOwn} AND ${isInClear('t')} AND NOT ${isNeededByConsent('t')}`;
      const where = `${page} AND (${isErasedIdentity} OR (${isLeft}))`;
      return { where, statements: [renameIdentities(where)] };
    }
    case 'consent_event': {
      const where = `${page} AND ${isErasedIdentity}`;
      return { where, statements: [renameConsents(where)] };
    }
    case 'message_status':
      return emptying(table, page, [deleteTwins(table, page)]);
    default:
      return emptying(table, page, []);
  }
}

function emptying(table: ErasedTable, page: string, before: readonly string[]) {
  const { isOwn, alsoSet = {}, alsoWhere = [isOwn], name } = table;
  const columns = emptiedColumns(table).map(({ column, sql, onlyMentions, holds }) => {
    const isMentioned = mentionIn(name, column, holds);
    return { column, sql, conditions: onlyMentions ? [isMentioned] : [isOwn, isMentioned] };
  });
  const extra = Object.entries(alsoSet).map(([column, sql]) => ({
    column,
    sql,
    conditions: alsoWhere,
  }));
  const changes = [...columns, ...extra];
  const assignments = changes.map(
    ({ column, sql, conditions }) =>
      `${column} = CASE WHEN ${anyOf(conditions)} THEN ${sql} ELSE t.${column} END`,
  );
  if (name === 'callback_event') assignments.push(keepEncoding);
  const where = `${page} AND ${isChanged(changes)}`;
  const update = `${withUsed} UPDATE ${name} AS t SET ${assignments.join(', ')} FROM used WHERE ${where}`;
  return { where, statements: [...before, update] };
}

interface Change {
  readonly column: string;
  readonly sql: string;
  /** One of them is true of the rows that it is made in. */
  readonly conditions: readonly string[];
}

/** Judges each condition once a row, however many columns depend on it: some read whole bodies. */
function isChanged(changes: readonly Change[]): string {
  const conditions = new Set(changes.flatMap((change) => change.conditions));
  return anyOf(
    [...conditions].map((condition) => {
      const full = changes
        .filter((change) => change.conditions.includes(condition))
        .map(({ column, sql }) => `t.${column} IS DISTINCT FROM ${sql}`);
      return `(${anyOf(full)} AND ${condition})`;
    }),
  );
}

function anyOf(conditions: readonly string[]): string {
  return `(${conditions.join(' OR ')})`;
}

/** Each row that is changed is emptied: it has no other personal column. */
const keepEncoding = `raw_body_encoding = 'utf8'`;

function mentionIn(table: string, column: string, holds: string): string {
  if (table === 'callback_event') return mentions(bodyText('t'), 'body');
  // A digest mentions nothing: it is emptied with the request that it is made from.
  if (column === 'content_digest') return isRequestQuoting;
  if (column === 'identities') {
    return `(coalesce(t.identities && ${parameters.identities}, false) OR ${mentions('t.identities::text')})`;
  }
  if (holds === 'identity' && column.endsWith('identity')) {
    return `(coalesce(t.${column} = ANY (${parameters.identities}), false) OR ${mentions(`t.${column}`)})`;
  }
  if (holds === 'contact-detail') return `(${isWord(`t.${column}`)} OR ${mentions(`t.${column}`)})`;
  return mentions(`t.${column}::text`);
}

const isInClear = (row: string) => `${row}.identity NOT LIKE '${erasedPrefix}%'`;

const isErasedIdentity = `(t.identity = ANY (${parameters.identities})
  OR (${isInClear('t')} AND ${mentions('t.identity')})
  OR ${mentions('t.channel_identity')})`;

/** The digits of a number in its normal spelling. */
const digits = (row: string) => `regexp_replace(
  regexp_replace(${row}.identity, '\\(0\\)|[^0-9]', '', 'g'), '${abroad.source}', '')`;

/**
 * The keyed spelling of an identity, which its consents are found by. One that is a number with
 * something around it has that of the number.
 */
const keyedSpelling = (row: string) => `(SELECT f.spelling
  FROM unnest(${parameters.identities}, ${parameters.spellings}) AS f(identity, spelling)
  WHERE f.identity = ${row}.identity
    OR (length(${digits('f')}) > 6 AND strpos(${digits(row)}, ${digits('f')}) > 0)
    OR (${digits('f')} <> '' AND ${digits('f')} = ${digits(row)})
  ORDER BY f.identity <> ${row}.identity, ${digits('f')} <> ${digits(row)}, f.identity LIMIT 1)`;

/**
 * An identity stays under the keyed spelling, since an opt-out that names the contact alone may
 * still come. One that was left to a contact that lives goes from the person, unless a consent
 * needs it.
 */
const renameIdentities = (where: string) => `
${withUsed}, gone AS (DELETE FROM contact_identity AS t USING used WHERE ${where} RETURNING t.*),
kept AS (
  INSERT INTO contact_identity
    (sinch_contact_id, channel, identity, app_id, created_at, updated_at, listed_stamp)
  SELECT g.sinch_contact_id, g.channel, ${keyedSpelling('g')}, g.app_id, g.created_at, g.updated_at,
    g.listed_stamp
  FROM gone AS g
  WHERE ${keyedSpelling('g')} IS NOT NULL
  ON CONFLICT DO NOTHING
)
SELECT FROM gone`;

/** As the release of any expired hold, it counts a start without an outcome. */
const freeHolds = (where: string) => `
${withUsed}, freed AS (DELETE FROM handler_hold AS t USING used WHERE ${where} RETURNING t.*),
counted AS (
  UPDATE handler_task AS t SET lost_starts = t.lost_starts + 1 FROM freed AS f
  WHERE t.handler = f.handler AND t.occurrence = f.occurrence AND t.state = 'WAITING'
)
SELECT FROM freed`;

const renameConsents = (where: string) => `
${withUsed}
UPDATE consent_event AS t SET channel_identity = NULL,
  identity = coalesce(${keyedSpelling('t')}, t.identity)
FROM used WHERE ${where}`;

/**
 * Reports that differ in the identity alone are one report once it is gone. As by the writer, the
 * one that was received first stays.
 */
function deleteTwins({ isOwn }: ErasedTable, page: string): string {
  const isEmptied = `(t.identity IS NULL OR ${isOwn}
    OR ${mentionIn('message_status', 'identity', 'identity')})`;
  const other = isEmptied.replaceAll('t.', 'o.');
  return `${withUsed}
DELETE FROM message_status AS t USING used WHERE ${page} AND ${isEmptied} AND EXISTS (
  SELECT FROM message_status AS o
  WHERE o.sinch_message_id = t.sinch_message_id AND o.status = t.status
    AND o.event_time IS NOT DISTINCT FROM t.event_time
    AND o.channel IS NOT DISTINCT FROM t.channel
    AND (o.received_at, o.event_digest, o.ctid) < (t.received_at, t.event_digest, t.ctid)
    AND ${other})`;
}
