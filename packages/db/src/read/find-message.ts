import { eventKeyOf } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { digestText } from '../event-digest.ts';
import { whileAvailable } from '../failure.ts';
import type { Prisma } from '../generated/client.ts';
import { findOutbound, type OutboundFacts } from './find-outbound.ts';
import { findUnapplied, type UnappliedEvent } from './unapplied-events.ts';
import { type WithoutNulls, withoutNulls } from './without-nulls.ts';

/** All columns of a message but its content and what orders its events. */
const messageColumns = {
  appId: true,
  projectId: true,
  direction: true,
  kind: true,
  status: true,
  statusAt: true,
  channel: true,
  identity: true,
  channelIdentity: true,
  conversationId: true,
  contactId: true,
  reasonCode: true,
  reasonSubCode: true,
  reasonChannelCode: true,
  reasonDescription: true,
  metadata: true,
  channelMetadata: true,
  conversationMetadata: true,
  batchId: true,
  correlationId: true,
  processingMode: true,
  senderId: true,
  replyToMessageId: true,
  happenedAt: true,
  sentAt: true,
  deliveredAt: true,
  readAt: true,
  failedAt: true,
  redactedAt: true,
  createdAt: true,
  updatedAt: true,
} as const satisfies Prisma.MessageSelect;

const channelColumns = {
  channel: true,
  status: true,
  statusAt: true,
  identity: true,
  channelIdentity: true,
  reasonCode: true,
  reasonSubCode: true,
  reasonChannelCode: true,
  reasonDescription: true,
} as const satisfies Prisma.MessageChannelSelect;

const reportColumns = {
  status: true,
  channel: true,
  identity: true,
  channelIdentity: true,
  eventTime: true,
  receivedAt: true,
  reasonCode: true,
  reasonSubCode: true,
  reasonChannelCode: true,
  reasonDescription: true,
  eventDigest: true,
} as const satisfies Prisma.MessageStatusSelect;

type MessageFacts = Omit<
  WithoutNulls<Prisma.MessageGetPayload<{ select: typeof messageColumns }>>,
  'updatedAt'
> & { readonly lastUpdatedAt: Date };

/**
 * The delivery status of a message on one channel; the channel is empty where reports named none.
 */
export type ChannelState = WithoutNulls<
  Prisma.MessageChannelGetPayload<{ select: typeof channelColumns }>
>;

/** A delivery report by its first receipt; later copies are not counted. */
export type StatusReport = Omit<
  WithoutNulls<Prisma.MessageStatusGetPayload<{ select: typeof reportColumns }>>,
  'eventDigest'
> & { readonly eventKey: string };

/**
 * A message as its events describe it. One that only dead letters, unhandled events or an outbound
 * row name has no facts. `contactId` is the contact after merges.
 */
export interface MessageHistory extends Partial<MessageFacts> {
  /** Absent while no callback and no answer has named it. */
  readonly sinchMessageId?: string | undefined;
  /** The row that it was sent with. */
  readonly outbound?: OutboundFacts | undefined;
  /** Empty while there is no report. */
  readonly channels: readonly ChannelState[];
  /** Reports by the time of the event; by receipt where an event has no readable time. */
  readonly reports: readonly StatusReport[];
  /** Dead letters and unhandled events about it, in the same order. */
  readonly unapplied: readonly UnappliedEvent[];
}

/**
 * Finds a message by Sinch's id, without its content.
 * @throws DatabaseUnavailableError when the database is down.
 */
export async function findMessage(
  database: Database,
  sinchMessageId: string,
): Promise<MessageHistory | undefined> {
  const { prisma } = database;
  const where = { sinchMessageId };
  return await whileAvailable(async () => {
    const row = await prisma.message.findUnique({ where, select: messageColumns });
    const unapplied = await findUnapplied(database, sinchMessageId);
    if (row === null && unapplied.length === 0) return undefined;
    const [outbound] = await findOutbound(database, sinchMessageId, ['sinchMessageId']);
    const channels = await prisma.messageChannel.findMany({
      where,
      select: channelColumns,
      orderBy: { channel: 'asc' },
    });
    return {
      sinchMessageId,
      ...(outbound !== undefined && { outbound }),
      ...(row !== null && (await factsOf(database, row))),
      channels: channels.map(withoutNulls),
      reports: await findReports(database, sinchMessageId),
      unapplied,
    };
  });
}

async function factsOf(
  { prisma }: Database,
  row: Prisma.MessageGetPayload<{ select: typeof messageColumns }>,
): Promise<MessageFacts> {
  const { updatedAt: lastUpdatedAt, contactId, ...facts } = withoutNulls(row);
  const root =
    contactId === undefined
      ? undefined
      : await prisma.contactRoot.findUnique({ where: { contactId } });
  return { ...facts, contactId: root?.rootId ?? contactId, lastUpdatedAt };
}

async function findReports(
  { prisma }: Database,
  sinchMessageId: string,
): Promise<readonly StatusReport[]> {
  const rows = await prisma.messageStatus.findMany({
    where: { sinchMessageId },
    select: reportColumns,
    orderBy: { rank: 'asc' },
  });
  const happened = ({ eventTime, receivedAt }: (typeof rows)[number]) => eventTime ?? receivedAt;
  return rows
    .toSorted((one, other) => happened(one).getTime() - happened(other).getTime())
    .map(({ eventDigest, ...report }) => ({
      ...withoutNulls(report),
      eventKey: eventKeyOf('MESSAGE_DELIVERY', sinchMessageId, digestText(eventDigest)),
    }));
}
