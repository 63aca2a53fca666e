import { separatorClass } from '@sinch-callbacks/core';
import { type PersonalColumn, personalColumns } from '../privacy/personal-columns.ts';
import { plainNumbers, wordsIn } from './mention-pattern.ts';

/** A column of a page's key, with the type that a text is cast to. */
type KeyColumn = readonly [name: string, type: 'text' | 'bytea' | 'uuid' | 'integer'];

/** A table that an erasure goes through, page by page in the order of its key. */
export interface ErasedTable {
  readonly name: string;
  /** The beginning of an index. Rows that share it are on one page. */
  readonly key: readonly KeyColumn[];
  /** A condition on the row `t` that is true where it is the person's own. */
  readonly isOwn: string;
  /** Other values than a redaction leaves, as SQL by column. */
  readonly emptied?: Readonly<Record<string, string>>;
  /** Changes of rows beside those of personal columns. */
  readonly alsoSet?: Readonly<Record<string, string>>;
  /** Conditions on the rows that they are made in: one of them is true. Absent: own ones. */
  readonly alsoWhere?: readonly string[];
}

/** Parameters of every condition. */
export const parameters = {
  contacts: '$1::text[]',
  identities: '$2::text[]',
  messages: '$3::text[]',
  subjects: '$4::text[]',
  texts: '$5::text[]',
  numbers: '$6::text[]',
  /** Of each identity, in order. */
  spellings: '$7::text[]',
  candidates: '$8::text[]',
  ids: '$9::text[]',
  words: '$10::text[]',
} as const;

const byContact = `t.contact_id = ANY (${parameters.contacts})`;
const byMessage = `t.sinch_message_id = ANY (${parameters.messages})`;
/** An identity without a contact is that of the person. */
const atIdentity = `(t.contact_id IS NULL AND t.identity = ANY (${parameters.identities}))`;
const isSubject = (column: string) =>
  `(${column} = ANY (${parameters.contacts}) OR ${column} = ANY (${parameters.messages})
    OR ${column} = ANY (${parameters.subjects}))`;

/** A key is `conversation:<id>`, `contact:<id>` or `identity:<channel>:#<digest>`. */
const isOwnKey = `(${isSubject(`substring(t.key FROM '^(?:conversation|contact):(.*)$')`)}
  OR coalesce(t.key LIKE 'identity:%' AND right(t.key, 33) IN (
    SELECT right(stored_task_key('identity::' || i), 33) FROM unnest(${parameters.identities}) AS i), false))`;

/**
 * A condition that is true where an expression names the person. The quick patterns come first, and
 * few texts match them: `CASE` keeps the order. A body names the person by a contact's id too.
 */
export function mentions(expression: string, kind: 'text' | 'body' = 'text'): string {
  if (kind === 'body') {
    const isId = `EXISTS (SELECT FROM ${wordsIn(expression)} AS w WHERE w.word = ANY (${parameters.ids}))`;
    return `(${mentions(expression)} OR ${isId})`;
  }
  return `coalesce(CASE WHEN regexp_replace(${expression}, '${separatorClass}', '', 'g') ~* ANY (${parameters.candidates})
    THEN ${expression} ~* ANY (${parameters.texts})
      OR ${plainNumbers(expression)} ~ ANY (${parameters.numbers}) END, false)`;
}

/** A condition that is true where a column is an id or a name of the person that may be a word. */
export function isWord(column: string): string {
  return `coalesce(lower(${column}) = ANY (${parameters.words}), false)`;
}

/**
 * The body of an event. Bytes that are no ASCII are a space, and not the digits of their codes,
 * which would look like a part of a number. \x01 stands for a backslash meanwhile, which is
 * doubled.
 */
export const bodyText = (event: string) => `(CASE ${event}.raw_body_encoding WHEN 'base64'
  THEN translate(regexp_replace(replace(encode(decode(${event}.raw_body, 'base64'), 'escape'),
    E'\\\\\\\\', E'\\x01'), '(?:\\\\[0-7]{3})+', ' ', 'g'), E'\\x01', E'\\\\')
  ELSE ${event}.raw_body END)`;

const ofContact = `(${byContact} OR ${atIdentity})`;
const isWaiting = `t.state IN ('QUEUED', 'UNCERTAIN')`;
/** A message of the person, also where it was emptied and its sender stored an error since. */
const isOwnMessage = `(${byContact} OR ${byMessage} OR t.lane = 'erased:' || t.id
  OR (t.contact_id IS NULL AND t.identities && ${parameters.identities}))`;
/** A message to someone else may quote the person: its request goes, and not its key. */
export const isRequestQuoting = mentions('t.request::text');

/**
 * Every table with personal columns, except that of holds, in the order of an erasure.
 * Letters come before events, since they are known by the bodies of these; what a person is found
 * by comes last. The rest is in the order in which writers lock rows.
 */
const erasedTables: readonly ErasedTable[] = [
  {
    name: 'dead_letter',
    key: [['event_digest', 'bytea']],
    isOwn: `(${isSubject('t.entity_id')} OR EXISTS (SELECT FROM callback_event AS e
      WHERE e.event_digest = t.event_digest AND e.kept
        AND (${isSubject('e.entity_id')} OR ${mentions(bodyText('e'), 'body')})))`,
    alsoSet: {
      resolved_at: 'coalesce(t.resolved_at, now())',
      resolution: `CASE WHEN t.resolution = 'APPLIED' THEN 'APPLIED' ELSE 'REDACTED' END`,
    },
  },
  { name: 'callback_event', key: [['event_digest', 'bytea']], isOwn: isSubject('t.entity_id') },
  { name: 'dead_letter_run', key: [['id', 'integer']], isOwn: 'false' },
  {
    name: 'handler_task',
    key: [
      ['handler', 'text'],
      ['occurrence', 'bytea'],
    ],
    isOwn: `(${isSubject('t.entity_id')} OR ${isOwnKey})`,
  },
  {
    name: 'outbound',
    key: [['id', 'uuid']],
    isOwn: isOwnMessage,
    emptied: { lane: `'erased:' || t.id`, key: `'erased:' || t.id` },
    alsoSet: {
      state: `CASE WHEN ${isWaiting} THEN 'DISCARDED'::outbound_state ELSE t.state END`,
      settled_at: `CASE WHEN ${isWaiting} THEN now() ELSE t.settled_at END`,
      look_up_at: `CASE WHEN ${isWaiting} THEN NULL ELSE t.look_up_at END`,
      resends_uncertain: 'false',
    },
    // What has no request any more cannot be sent, also where it was on its way when it lost it.
    alsoWhere: [isOwnMessage, isRequestQuoting, `(t.content_digest = '\\x' AND ${isWaiting})`],
  },
  {
    name: 'message_status',
    key: [['sinch_message_id', 'text']],
    isOwn: byMessage,
  },
  { name: 'message_channel', key: [['sinch_message_id', 'text']], isOwn: byMessage },
  {
    name: 'message_analysis',
    key: [['sinch_message_id', 'text']],
    isOwn: `(${byMessage} OR ${byContact})`,
  },
  { name: 'conversation', key: [['sinch_conversation_id', 'text']], isOwn: byContact },
  {
    name: 'capability',
    key: [
      ['app_id', 'text'],
      ['contact_id', 'text'],
      ['channel', 'text'],
      ['identity', 'text'],
    ],
    isOwn: `(${byContact} OR t.identity = ANY (${parameters.identities}))`,
  },
  { name: 'inbound_event', key: [['id', 'text']], isOwn: ofContact },
  { name: 'reaction', key: [['id', 'text']], isOwn: ofContact },
  { name: 'unsupported', key: [['id', 'text']], isOwn: ofContact },
  // Before its event, into which a report copies the status of a channel, as messages have it.
  {
    name: 'event_delivery_channel',
    key: [['sinch_event_id', 'text']],
    isOwn: `t.sinch_event_id = ANY (${parameters.subjects})`,
  },
  { name: 'event_delivery', key: [['sinch_event_id', 'text']], isOwn: ofContact },
  { name: 'channel_event', key: [['content_digest', 'bytea']], isOwn: 'false' },
  { name: 'batch', key: [['batch_id', 'text']], isOwn: 'false' },
  { name: 'consent_event', key: [['consent_key', 'bytea']], isOwn: 'false' },
  { name: 'message', key: [['sinch_message_id', 'text']], isOwn: `(${byMessage} OR ${byContact})` },
  {
    name: 'contact_identity',
    key: [['sinch_contact_id', 'text']],
    isOwn: `t.sinch_contact_id = ANY (${parameters.contacts})`,
  },
  {
    name: 'contact',
    key: [['sinch_contact_id', 'text']],
    isOwn: `t.sinch_contact_id = ANY (${parameters.contacts})`,
  },
];

const byName = new Map(erasedTables.map((table) => [table.name, table]));

/**
 * Tables that others than the writer write, and that an erasure goes through once more at its end:
 * a task or a message may have changed after its page, by a process that knew the person before.
 */
const writtenByOthers: readonly ErasedTable[] = [
  'dead_letter',
  'dead_letter_run',
  'handler_task',
  'outbound',
].flatMap((name) => byName.get(name) ?? []);

/** Only here: most holds end with their tasks before the erasure comes to them. */
const handlerHold: ErasedTable = {
  name: 'handler_hold',
  key: [
    ['handler', 'text'],
    ['key', 'text'],
  ],
  isOwn: isOwnKey,
};

/**
 * What an erasure goes through, in order. Its position is the number of a step, so that a step that
 * is added comes last.
 */
export const erasureSteps: readonly ErasedTable[] = [
  ...erasedTables,
  ...writtenByOthers,
  handlerHold,
];

/** The personal columns of a table that an erasure empties, with what stays in their place. */
export function emptiedColumns({ name, emptied = {} }: ErasedTable): readonly {
  readonly column: string;
  readonly holds: PersonalColumn['holds'];
  readonly sql: string;
  /** True where own rows keep it, and only a mention is replaced. */
  readonly onlyMentions: boolean;
}[] {
  return Object.entries(personalColumns[name] ?? {}).flatMap(([column, { holds, redaction }]) => {
    const own = emptied[column];
    if (own !== undefined) {
      const onlyMentions = redaction.kind === 'stays';
      return [{ column, holds, sql: own, onlyMentions }];
    }
    if (redaction.kind !== 'emptied') return [];
    return [{ column, holds, sql: redaction.sql, onlyMentions: false }];
  });
}
