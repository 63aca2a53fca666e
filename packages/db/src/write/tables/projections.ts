import { consentEvent } from './consent-table.ts';
import {
  capability,
  contact,
  contactDuplicate,
  contactIdentity,
  contactMerge,
} from './contact-tables.ts';
import { conversation } from './conversation-table.ts';
import {
  batch,
  channelEvent,
  eventDelivery,
  eventDeliveryChannel,
  inboundEvent,
  reaction,
  record,
  unsupported,
} from './event-tables.ts';
import {
  message,
  messageAnalysis,
  messageChannel,
  messageFailure,
  messageStatus,
} from './message-tables.ts';
import type { ProjectionTable } from './projection-table.ts';
import { type UpsertStatement, upsertStatement } from './upsert-table.ts';

/**
 * Every projection, in the one order in which all batches lock rows. A message's row comes before
 * those that its status is computed from. Consents come last, since repeated opt-outs are written
 * after them (`repeatConsents`). Once anything was redacted, identities come after them too, whose
 * contacts are locked by then (`writeIdentities`).
 */
const projectionTables = [
  message,
  messageFailure,
  messageStatus,
  messageChannel,
  messageAnalysis,
  conversation,
  contact,
  contactMerge,
  contactIdentity,
  contactDuplicate,
  capability,
  inboundEvent,
  reaction,
  unsupported,
  eventDelivery,
  eventDeliveryChannel,
  channelEvent,
  record,
  batch,
  consentEvent,
];

export interface Projection {
  readonly table: ProjectionTable;
  readonly statement: UpsertStatement;
}

/** Projections, each with its one statement. */
export const projections: readonly Projection[] = projectionTables.map((table) => ({
  table,
  statement: upsertStatement(table),
}));
