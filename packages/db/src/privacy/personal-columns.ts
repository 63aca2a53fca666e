/**
 * Every column of every table of the schema, with the kind of what it holds, and how a redaction
 * empties it. A test compares it with a migrated database, so that a new column must be listed.
 * A view shows columns of these tables alone. A partition has the columns of its table.
 */
export const personalColumns: Readonly<Record<string, Readonly<Record<string, PersonalColumn>>>> = {
  _prisma_migrations: none('id', 'checksum', 'finished_at', 'migration_name', 'logs')
    .and(none('rolled_back_at', 'started_at', 'applied_steps_count'))
    .done(),
  app_seen: none('app_id', 'last_callback_at').done(),
  batch: ids('batch_id', 'app_id')
    .and(none('status', 'batch_type', 'status_at', 'batch_stamp', 'created_at', 'updated_at'))
    .and(emptied('free', 'additional_data'))
    .done(),
  body_to_empty: ids('event_digest').done(),
  callback_event: ids('event_digest', 'entity_id', 'key_entity', 'project_id', 'app_id')
    .and(none('kept', 'received_at', 'signed_at', 'applied_at', 'accepted_time', 'event_time'))
    .and(none('attempts', 'state', 'origin', 'trigger', 'unreadable_times', 'raw_body_encoding'))
    .and(emptied('body', 'raw_body', "''"))
    .done(),
  capability: ids('app_id', 'contact_id')
    .and(none('channel', 'status', 'channel_capabilities', 'reason_code', 'answered_at'))
    .and(none('capability_stamp', 'created_at', 'updated_at'))
    .and(deleted('identity', 'identity', 'channel_identity'))
    .done(),
  channel_event: ids('content_digest', 'event_digest', 'app_id')
    .and(none('channel', 'event_type', 'happened_at', 'created_at', 'updated_at'))
    .and(emptied('free', 'additional_data'))
    .done(),
  consent_event: ids('consent_key', 'app_id', 'contact_id', 'request_id', 'event_digest')
    .and(none('channel', 'kind', 'status', 'effect', 'time_text', 'happened_at', 'order_at'))
    .and(none('received_at', 'repeated_at', 'nonce', 'created_at', 'updated_at'))
    .and(stays('identity', 'identity', 'channel_identity'))
    .done(),
  contact: ids('sinch_contact_id')
    .and(none('created_at', 'updated_at', 'deleted_at', 'language', 'channel_priority'))
    .and(none('profile_stamp'), emptied('name', 'display_name'))
    .and(emptied('contact-detail', 'email'), emptied('contact-detail', 'external_id'))
    .and(emptied('free', 'metadata'))
    .and(none('emptied_at'))
    .done(),
  contact_duplicate: ids('sinch_contact_id', 'other_contact_ids')
    .and(none('channel', 'reported_at', 'others_stamp', 'created_at', 'updated_at'))
    .done(),
  contact_identity: ids('sinch_contact_id', 'app_id')
    .and(none('channel', 'created_at', 'updated_at', 'listed_stamp'))
    .and(deleted('identity', 'identity', 'channel_identity'))
    .done(),
  contact_merge: ids('deleted_contact_id', 'preserved_contact_id')
    .and(none('created_at', 'updated_at'))
    .done(),
  contact_root: ids('contact_id', 'root_id').and(none('created_at', 'updated_at')).done(),
  conversation: ids('sinch_conversation_id', 'app_id', 'contact_id')
    .and(none('created_at', 'started_at', 'stopped_at', 'updated_at', 'channel_stamp'))
    .and(none('active_channel', 'started', 'stopped_without_time', 'deleted', 'state'))
    .and(none('details_stamp'), emptied('free', 'metadata'), emptied('free', 'metadata_json'))
    .and(emptied('free', 'correlation_id'))
    .done(),
  dead_letter: ids('event_digest', 'entity_id', 'key_entity', 'app_id', 'project_id')
    .and(none('trigger', 'error_class', 'first_failed_at', 'dead_at', 'replays', 'replayed_at'))
    .and(none('resolved_at', 'resolution', 'fingerprint', 'run_id'))
    .and(emptied('free', 'error_message', "'(redacted)'"), emptied('free', 'stack'))
    .and(emptied('free', 'attempts', "'[]'"))
    .done(),
  // The filter and the cursor name events by their keys. The operator stays as the record of it.
  dead_letter_run: none('id', 'action', 'state', 'matched', 'queued', 'discarded', 'under_way')
    .and(none('skipped', 'withdrawn', 'started_at', 'updated_at', 'finished_at'))
    .and(ids('filter', 'cursor'), stays('name', 'operator'), emptied('free', 'error'))
    .done(),
  // A digest says nothing without ERASURE_KEY. The operator stays as the record of it.
  erased_key: ids('digest', 'erasure_id').and(none('is_typed')).done(),
  erasure: none('requested_at', 'finished_at', 'cutoff', 'state', 'for_ever', 'counts')
    // Encrypted with ERASURE_KEY, and gone at its end.
    .and(
      none('key_id', 'person', 'position', 'request', 'generation'),
      ids('id'),
      stays('name', 'operator'),
    )
    .done(),
  event_delivery: ids('sinch_event_id', 'app_id', 'contact_id', 'conversation_id')
    .and(none('created_at', 'updated_at', 'several_channels', 'processing_mode'))
    .and(status(), none('channel'), emptied('free', 'metadata'))
    .and(none('emptied_at'))
    .done(),
  event_delivery_channel: ids('sinch_event_id')
    .and(none('channel', 'created_at', 'updated_at'), status())
    .done(),
  event_guard: ids('event_digest').and(none('received_at')).done(),
  handler: none('name', 'triggers', 'order', 'key_source', 'state', 'active_from')
    .and(none('gap_from', 'seen_at'))
    .done(),
  // A hold lasts for as long as its task is being run.
  handler_hold: none('held_until', 'token', 'holder', 'handler')
    .and(ids('occurrence'), deleted('identity', 'key'))
    .done(),
  handler_task: none('position', 'created_at', 'event_received_at', 'retry_at', 'settled_at')
    .and(none('attempts', 'lost_starts', 'replays', 'state', 'handler', 'trigger', 'cause'))
    .and(none('fingerprint', 'run_id'), ids('occurrence', 'event_digest', 'entity_id', 'app_id'))
    .and(emptied('identity', 'key'), emptied('free', 'error_message'), emptied('free', 'stack'))
    .and(emptied('free', 'failures'))
    .done(),
  inbound_event: ids('id', 'app_id', 'contact_id', 'conversation_id')
    .and(none('created_at', 'happened_at', 'accepted_at', 'updated_at', 'processing_mode'))
    .and(none('kind', 'channel', 'event_stamp'), emptied('text', 'content'), address())
    .and(none('emptied_at'))
    .done(),
  message: ids('sinch_message_id', 'app_id', 'project_id', 'conversation_id', 'contact_id')
    .and(ids('batch_id', 'sender_id', 'reply_to_message_id'))
    .and(none('created_at', 'happened_at', 'sent_at', 'redacted_at', 'updated_at'))
    .and(none('delivered_at', 'read_at', 'failed_at', 'direction', 'several_channels'))
    .and(none('channel', 'kind', 'content_stamp', 'processing_mode'), status())
    .and(emptied('text', 'text'), emptied('text', 'content'), emptied('free', 'metadata'))
    .and(emptied('free', 'channel_metadata'), emptied('free', 'conversation_metadata'))
    .and(emptied('free', 'correlation_id'))
    .and(none('emptied_at'))
    .done(),
  message_analysis: ids('sinch_message_id', 'contact_id', 'conversation_id')
    .and(none('results_stamp', 'created_at', 'updated_at'), emptied('text', 'results'))
    .done(),
  message_channel: ids('sinch_message_id')
    .and(none('channel', 'created_at', 'updated_at'), status())
    .done(),
  message_failure: ids('sinch_message_id', 'app_id').and(none('failed_at')).done(),
  message_status: ids('sinch_message_id', 'event_digest', 'reason_digest')
    .and(none('received_at', 'event_time', 'rank', 'status', 'channel', 'reason_code'))
    .and(none('reason_sub_code', 'reason_channel_code'))
    .and(emptied('free', 'reason_description'), address())
    .done(),
  outbound: none('position', 'created_at', 'not_before', 'not_after', 'sending_at', 'held_until')
    .and(none('look_up_at', 'settled_at', 'attempts', 'lookups', 'resends', 'allows_opted_out'))
    .and(none('resends_uncertain', 'state', 'holder', 'error_class'))
    .and(ids('id', 'sinch_message_id', 'app_id', 'contact_id'))
    // A caller's key is the memory that its message was sent: pruning outbound rows removes it.
    .and(stays('free', 'key'), emptied('free', 'error_message'), emptied('identity', 'lane', "''"))
    .and(emptied('identity', 'identities', "'{}'"), emptied('text', 'content_digest', "'\\x'"))
    .and(emptied('text', 'request', "jsonb_build_object('app_id', request -> 'app_id')"))
    .done(),
  reaction: ids('id', 'app_id', 'sinch_message_id', 'contact_id')
    .and(none('created_at', 'happened_at', 'updated_at', 'action', 'channel'))
    .and(emptied('text', 'emoji'), emptied('text', 'category'), address())
    .and(none('emptied_at'))
    .done(),
  record: ids('entity_id', 'contact_id', 'conversation_id')
    .and(none('status', 'channel', 'reason_code', 'status_at', 'record_stamp'))
    .and(none('created_at', 'updated_at'))
    .done(),
  redaction: none('single', 'before').done(),
  retention_run: none('finished_at', 'started_at', 'schedule', 'removed').done(),
  unsupported: ids('id', 'app_id', 'contact_id', 'conversation_id')
    .and(none('created_at', 'happened_at', 'updated_at', 'channel'))
    .and(emptied('free', 'payload'), address())
    .and(none('emptied_at'))
    .done(),
};

/**
 * A kind of value. `free` may quote anything: errors, stacks, metadata, keys of callers. `id` is
 * one that Sinch or we made; it stays, and says nothing about a person without its row.
 */
export type PersonalKind =
  | 'none'
  | 'id'
  | 'identity'
  | 'name'
  | 'contact-detail'
  | 'text'
  | 'body'
  | 'free';

export interface PersonalColumn {
  readonly holds: PersonalKind;
  /** The effect of a redaction on it. */
  readonly redaction: Redaction;
}

export type Redaction =
  | { readonly kind: 'stays' }
  /** An SQL expression over the row, which has no alias. */
  | { readonly kind: 'emptied'; readonly sql: string }
  /** The value is a part of the row's key, or its only content: the row goes. */
  | { readonly kind: 'deleted' };

/** Names of the table's columns that a redaction empties. */
export function emptiedColumns(table: string): readonly string[] {
  return Object.entries(personalColumns[table] ?? {}).flatMap(([name, { redaction }]) =>
    redaction.kind === 'emptied' ? [name] : [],
  );
}

/** Assignments of an UPDATE that empties every personal column of the table. */
export function emptyingOf(table: string): string {
  return Object.entries(personalColumns[table] ?? {})
    .flatMap(([name, { redaction }]) =>
      redaction.kind === 'emptied' ? [`${name} = ${redaction.sql}`] : [],
    )
    .join(', ');
}

/** A condition that holds for a row of the table that {@link emptyingOf} would change. */
export function isFull(table: string, alias = table): string {
  const differs = Object.entries(personalColumns[table] ?? {}).flatMap(([name, { redaction }]) =>
    redaction.kind === 'emptied' ? [`${alias}.${name} IS DISTINCT FROM ${redaction.sql}`] : [],
  );
  return `(${differs.join(' OR ')})`;
}

interface Columns {
  readonly and: (...more: readonly Columns[]) => Columns;
  readonly done: () => Readonly<Record<string, PersonalColumn>>;
}

function columns(record: Readonly<Record<string, PersonalColumn>>): Columns {
  return {
    and: (...more) =>
      columns(
        Object.fromEntries([record, ...more.map(({ done }) => done())].flatMap(Object.entries)),
      ),
    done: () => record,
  };
}

function each(names: readonly string[], column: PersonalColumn): Columns {
  return columns(Object.fromEntries(names.map((name) => [name, column])));
}

function none(...names: readonly string[]): Columns {
  return each(names, { holds: 'none', redaction: { kind: 'stays' } });
}

function ids(...names: readonly string[]): Columns {
  return each(names, { holds: 'id', redaction: { kind: 'stays' } });
}

function stays(holds: PersonalKind, ...names: readonly string[]): Columns {
  return each(names, { holds, redaction: { kind: 'stays' } });
}

function emptied(holds: PersonalKind, name: string, sql = 'NULL'): Columns {
  return each([name], { holds, redaction: { kind: 'emptied', sql } });
}

function deleted(holds: PersonalKind, ...names: readonly string[]): Columns {
  return each(names, { holds, redaction: { kind: 'deleted' } });
}

/** The place where a person is reached, as the tables spell it and as Sinch sent it. */
function address(): Columns {
  return emptied('identity', 'identity').and(emptied('identity', 'channel_identity'));
}

/** The columns of a report. A description may name the number that could not be reached. */
function status(): Columns {
  return none('status_at', 'status_rank', 'status_stamp', 'status', 'reason_code')
    .and(none('reason_sub_code', 'reason_channel_code'))
    .and(emptied('free', 'reason_description'), address());
}
