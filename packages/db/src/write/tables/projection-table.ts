import type { Facts } from '@sinch-callbacks/core';
import type { RowRedaction } from '../../privacy/redacted-row.ts';
import type { Column, FactRow, UpsertTable } from './upsert-table.ts';

/** Facts of one event, with the values of the event itself that rows store. */
export interface EventFacts {
  /** 32 hexadecimal digits. */
  readonly eventDigest: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  readonly facts: Facts;
  /** Present where it is written redacted. */
  readonly redaction?: RowRedaction | undefined;
}

/** An upserted table, with the function that makes its rows of an event's facts. */
export interface ProjectionTable extends UpsertTable {
  readonly rows: (event: EventFacts) => readonly FactRow[];
}

/** Makes text columns of these names. */
export function text(...names: readonly string[]): Column[] {
  return names.map((name) => ({ name, type: 'text' }));
}

export function instant(name: string): Column {
  return { name, type: 'timestamptz' };
}

export function json(name: string): Column {
  return { name, type: 'jsonb' };
}

export function bytes(name: string): Column {
  return { name, type: 'bytea' };
}

export function flag(name: string): Column {
  return { name, type: 'boolean' };
}

export function smallNumber(name: string): Column {
  return { name, type: 'smallint' };
}

/** The first and the last receipt of the facts that a row is merged from. */
export const receipts = {
  first: instant('created_at'),
  last: instant('updated_at'),
} as const;

export function receiptsRow({ receivedAt }: EventFacts): FactRow {
  return { created_at: receivedAt, updated_at: receivedAt };
}
