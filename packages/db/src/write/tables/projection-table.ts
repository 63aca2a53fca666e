import type { Facts } from '@sinch-callbacks/core';
import type { Column, FactRow, JoinTable } from '../join-table.ts';

/** Facts of one event, with what the rows keep of the event itself. */
export interface EventFacts {
  readonly eventKey: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  readonly facts: Facts;
}

/** A joined table, and how the facts of an event become rows of it. */
export interface ProjectionTable extends JoinTable {
  readonly rows: (event: EventFacts) => readonly FactRow[];
}

/** Text columns of these names. */
export function text(...names: readonly string[]): Column[] {
  return names.map((name) => ({ name, type: 'text' }));
}

export function instant(name: string): Column {
  return { name, type: 'timestamptz' };
}

export function json(name: string): Column {
  return { name, type: 'jsonb' };
}

/** `contact_id` is the contact that lives on; the join only knows the one that was reported. */
export const currentContact = { name: 'contact_id', of: 'reported_contact_id' };

interface StatusFact {
  readonly status: { status: string; rank: number; at: string | undefined; stamp: string };
  readonly reason:
    | { code: string | undefined; description: string | undefined; stamp: string }
    | undefined;
}

/** A status that only moves forward, and why it failed. */
export const statusGroups = [
  {
    stamp: 'status_stamp',
    columns: [...text('status'), { name: 'status_rank', type: 'integer' }, instant('status_at')],
  },
  { stamp: 'reason_stamp', columns: text('reason_code', 'reason_description') },
];

export function statusRow({ status, reason }: Partial<StatusFact>): FactRow {
  return {
    status_stamp: status?.stamp ?? null,
    status: status?.status ?? null,
    status_rank: status ? String(status.rank) : null,
    status_at: status?.at ?? null,
    reason_stamp: reason?.stamp ?? null,
    reason_code: reason?.code ?? null,
    reason_description: reason?.description ?? null,
  };
}
