import { eventKeyOf } from '@sinch-callbacks/core';
import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';

/** A message as its events tell it, and every delivery report that was received for it. */
export interface MessageHistory {
  readonly sinchMessageId: string;
  readonly direction: 'TO_APP' | 'TO_CONTACT' | undefined;
  /** Absent for inbound messages, and for outbound ones without a report. */
  readonly status: string | undefined;
  readonly statusAt: Date | undefined;
  readonly channel: string | undefined;
  readonly conversationId: string | undefined;
  /** The contact that lives on after merges. */
  readonly contactId: string | undefined;
  readonly reasonCode: string | undefined;
  readonly reasonDescription: string | undefined;
  readonly createdAt: Date;
  readonly lastUpdatedAt: Date;
  /** In the order in which they happened, as far as their times tell. */
  readonly reports: readonly StatusReport[];
}

export interface StatusReport {
  readonly status: string;
  readonly channel: string | undefined;
  readonly eventTime: Date | undefined;
  /** The first receipt; later copies are not counted. */
  readonly receivedAt: Date;
  readonly reasonCode: string | undefined;
  readonly eventKey: string;
}

/**
 * Finds a message by Sinch's id, without what was written in it.
 * @throws DatabaseUnavailableError when the database is away.
 */
export async function findMessage(
  { prisma }: Database,
  sinchMessageId: string,
): Promise<MessageHistory | undefined> {
  return await whileAvailable(async () => {
    const row = await prisma.message.findUnique({
      where: { sinchMessageId },
      omit: { content: true, text: true, channelIdentity: true, identity: true, metadata: true },
    });
    if (row === null) return undefined;
    const reports = await prisma.messageStatus.findMany({
      where: { sinchMessageId },
      orderBy: [{ eventTime: { sort: 'asc', nulls: 'first' } }, { rank: 'asc' }],
    });
    const { contactId } = row;
    const root =
      contactId === null ? null : await prisma.contactRoot.findUnique({ where: { contactId } });
    return {
      sinchMessageId,
      direction: row.direction ?? undefined,
      status: row.status ?? undefined,
      statusAt: row.statusAt ?? undefined,
      channel: row.channel ?? undefined,
      conversationId: row.conversationId ?? undefined,
      contactId: root?.rootId ?? contactId ?? undefined,
      reasonCode: row.reasonCode ?? undefined,
      reasonDescription: row.reasonDescription ?? undefined,
      createdAt: row.createdAt,
      lastUpdatedAt: row.updatedAt,
      reports: reports.map((report) => ({
        status: report.status,
        channel: report.channel ?? undefined,
        eventTime: report.eventTime ?? undefined,
        receivedAt: report.receivedAt,
        reasonCode: report.reasonCode ?? undefined,
        eventKey: eventKeyOf(
          'MESSAGE_DELIVERY',
          sinchMessageId,
          Buffer.from(report.eventDigest).toString('hex'),
        ),
      })),
    };
  });
}
