import type { WithoutNulls } from '../without-nulls.ts';

/** What a text may have been taken for. `entity` is an id in an event that made no rows. */
export type FoundAs =
  | 'identity'
  | 'contact'
  | 'conversation'
  | 'message'
  | 'correlation id'
  | 'batch'
  | 'metadata'
  | 'inbound event'
  | 'entity'
  | 'event key';

export interface EntryRow {
  readonly entry: 'MESSAGE' | 'EVENT' | 'CALLBACK';
  /** Sinch's id of a message or inbound event; of a callback its event key. */
  readonly id: string;
  readonly happenedAt: Date;
  readonly direction: 'TO_APP' | 'TO_CONTACT' | null;
  readonly appId: string | null;
  /** Absent in DISPATCH mode, as is the contact. */
  readonly conversationId: string | null;
  /** The contact that lives on after merges. */
  readonly contactId: string | null;
  readonly channel: string | null;
  readonly identity: string | null;
  /** The kind of content; of a callback its trigger. */
  readonly kind: string | null;
  /** Of a callback APPLIED, UNHANDLED, DEAD, or PRUNED where only its guard is left. */
  readonly status: string | null;
  /** What a person wrote; only where it was asked for. */
  readonly text: string | null;
}

/** A message, an inbound event, or a callback, and what the text was taken for to find it. */
export type FoundEntry = WithoutNulls<EntryRow> & { readonly foundAs: readonly FoundAs[] };
