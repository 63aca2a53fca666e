import type { Database } from '../../database.ts';
import { whileAvailable } from '../../failure.ts';
import { findStoredByKey, type StoredEventSummary, type StoredKeyPattern } from '../find-events.ts';
import { findMergedContact } from '../merged-contact.ts';
import { withoutNulls } from '../without-nulls.ts';
import {
  type EntryRow,
  type FindStatement,
  type FoundAs,
  type FoundEntry,
  findStatements,
  selectHolders,
  selectKnown,
} from './find-sql.ts';

export interface FindQuestion {
  /** The text as a sender's metadata has it. */
  readonly text: string;
  /** The text as ids have it in the tables. */
  readonly id: string;
  /** Every identity that the text may mean. */
  readonly identities: readonly string[];
  /** The event keys that the text may mean. */
  readonly key: StoredKeyPattern | undefined;
  /** True to search it as an event key only where it is nothing else. */
  readonly isKeyUnlikely: boolean;
  readonly limit: number;
  /** True to read what people wrote too. */
  readonly withText: boolean;
}

export interface FindAnswer {
  /** The kinds of things that the text is, by what was found; empty where nothing was. */
  readonly takenFor: readonly TakenFor[];
  /** The newest first. */
  readonly entries: readonly FoundEntry[];
  /** True where there are older ones. */
  readonly hasMore: boolean;
}

export interface TakenFor {
  readonly kind: FoundAs;
  /** The number of entries, at most one more than the limit. */
  readonly found: number;
  /** The contacts that ever had an identity; the one after merges for a contact. */
  readonly contacts?: readonly string[];
}

type Lookup = readonly [as: FoundAs, statement: FindStatement, values: readonly string[]];

/**
 * Finds everything that a text may name, by indexes alone.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function findAnything(
  database: Database,
  question: FindQuestion,
): Promise<FindAnswer> {
  return await whileAvailable(async () => {
    const { id, limit } = question;
    const { memberIds, rootId } = await findMergedContact(database, id);
    const findings = createFindings(limit);
    for (const [as, statement, values] of lookupsOf(question, memberIds)) {
      findings.add(as, await readEntries(database, statement, values, question));
    }
    const known = await readKnown(database, id);
    if (known.contact) findings.note('contact', [rootId]);
    if (known.conversation) findings.note('conversation');
    if (known.batch) findings.note('batch');
    const holders = await readHolders(database, question.identities);
    if (holders.length > 0) findings.note('identity', holders);
    if (question.key && !(question.isKeyUnlikely && findings.hasAny())) {
      const events = await findStoredByKey(database, question.key, limit + 1);
      findings.add('event key', events.map(entryOfEvent));
    }
    return findings.answer();
  });
}

function lookupsOf(
  { text, id, identities }: FindQuestion,
  memberIds: readonly string[],
): readonly Lookup[] {
  return [
    ['identity', 'messagesByIdentity', identities],
    ['identity', 'outboundByIdentity', identities],
    ['contact', 'messagesByContact', memberIds],
    ['contact', 'outboundByContact', memberIds],
    ['contact', 'inboundEventsByContact', memberIds],
    ['conversation', 'messagesByConversation', [id]],
    ['conversation', 'inboundEventsByConversation', [id]],
    ['message', 'messagesById', [id]],
    ['message', 'outboundBySinchId', [id]],
    ['outbound message', 'outboundById', [id]],
    ['key', 'outboundByKey', [text]],
    ['correlation id', 'messagesByCorrelation', [id]],
    ['batch', 'messagesByBatch', [id]],
    ['metadata', 'messagesByMetadata', [text]],
    ['inbound event', 'inboundEventsById', [id]],
    ['entity', 'unapplied', [id]],
  ];
}

async function readEntries(
  { prisma }: Database,
  statement: FindStatement,
  values: readonly string[],
  { limit, withText }: FindQuestion,
): Promise<readonly EntryRow[]> {
  const sql = findStatements[statement];
  return await prisma.$queryRawUnsafe<EntryRow[]>(sql, values, limit + 1, withText);
}

interface Known {
  readonly contact: boolean;
  readonly conversation: boolean;
  readonly batch: boolean;
}

async function readKnown({ prisma }: Database, id: string): Promise<Known> {
  const [known] = await prisma.$queryRawUnsafe<Known[]>(selectKnown, id);
  return known ?? { contact: false, conversation: false, batch: false };
}

async function readHolders(
  { prisma }: Database,
  identities: readonly string[],
): Promise<readonly string[]> {
  const sql = selectHolders;
  const rows = await prisma.$queryRawUnsafe<{ contactId: string }[]>(sql, identities);
  return rows.map(({ contactId }) => contactId);
}

function entryOfEvent({
  digest,
  eventKey,
  appId,
  receivedAt,
  state,
}: StoredEventSummary): EntryRow {
  const [trigger = null] = eventKey?.split('.') ?? [];
  return {
    entry: 'CALLBACK',
    id: eventKey ?? digest,
    happenedAt: receivedAt,
    direction: null,
    appId: appId ?? null,
    conversationId: null,
    contactId: null,
    channel: null,
    identity: null,
    kind: trigger,
    status: state,
    text: null,
  };
}

function createFindings(limit: number) {
  const takenFor = new Map<FoundAs, TakenFor>();
  const entries = new Map<string, { row: EntryRow; as: FoundAs[] }>();
  const earlier = (as: FoundAs): TakenFor => takenFor.get(as) ?? { kind: as, found: 0 };
  return {
    add(as: FoundAs, rows: readonly EntryRow[]): void {
      if (rows.length === 0) return;
      const before = earlier(as);
      const found = Math.min(limit + 1, before.found + rows.length);
      takenFor.set(as, { ...before, found });
      for (const row of rows) {
        const key = `${row.entry} ${row.id}`;
        const entry = entries.get(key) ?? { row, as: [] };
        entries.set(key, { row, as: [...new Set([...entry.as, as])] });
      }
    },
    note(as: FoundAs, contacts?: readonly string[]): void {
      takenFor.set(as, { ...earlier(as), ...(contacts && { contacts }) });
    },
    hasAny: () => takenFor.size > 0,
    answer(): FindAnswer {
      const sorted = [...entries.values()].toSorted(
        (one, other) => other.row.happenedAt.getTime() - one.row.happenedAt.getTime(),
      );
      return {
        takenFor: [...takenFor.values()],
        entries: sorted
          .slice(0, limit)
          .map(({ row, as }) => ({ ...withoutNulls(row), foundAs: as })),
        hasMore: sorted.length > limit,
      };
    },
  };
}
