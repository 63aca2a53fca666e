import { joinStatement } from './join-table.ts';
import {
  capability,
  consent,
  contact,
  contactDuplicate,
  contactIdentity,
} from './tables/contact-tables.ts';
import { batch, channelEvent, eventDelivery, inboundEvent, record } from './tables/event-tables.ts';
import {
  conversation,
  message,
  messageAnalysis,
  messageChannel,
  messageStatus,
} from './tables/message-tables.ts';

/** Every projection, in the one order in which all batches lock rows. */
const projectionTables = [
  message,
  messageStatus,
  messageChannel,
  messageAnalysis,
  conversation,
  contact,
  contactIdentity,
  contactDuplicate,
  consent,
  capability,
  inboundEvent,
  eventDelivery,
  channelEvent,
  record,
  batch,
];

/** Each with its one statement. */
export const projections = projectionTables.map((table) => ({
  table,
  statement: joinStatement(table),
}));

/** Tables whose `contact_id` follows merges, and the column that it follows. */
export const contactFollowers = projectionTables.flatMap(({ name, followers }) =>
  followers.map(({ name: column, of }) => ({ table: name, column, of })),
);
