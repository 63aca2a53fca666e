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
  readonly receivedAt: Date | undefined;
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
      omit: { content: true, channelIdentity: true, metadata: true },
    });
    if (row === null) return undefined;
    const reports = await prisma.messageStatus.findMany({
      where: { sinchMessageId },
      orderBy: [{ eventTime: { sort: 'asc', nulls: 'first' } }, { eventKey: 'asc' }],
    });
    const events = await prisma.callbackEvent.findMany({
      where: { eventKey: { in: reports.map(({ eventKey }) => eventKey) } },
      select: { eventKey: true, receivedAt: true },
    });
    const receivedAt = new Map(events.map((event) => [event.eventKey, event.receivedAt]));
    return {
      sinchMessageId,
      direction: row.direction ?? undefined,
      status: row.status ?? undefined,
      statusAt: row.statusAt ?? undefined,
      channel: row.channel ?? undefined,
      conversationId: row.conversationId ?? undefined,
      contactId: row.contactId ?? undefined,
      reasonCode: row.reasonCode ?? undefined,
      reasonDescription: row.reasonDescription ?? undefined,
      createdAt: row.createdAt,
      lastUpdatedAt: row.lastUpdatedAt,
      reports: reports.map((report) => ({
        status: report.status,
        channel: report.channel ?? undefined,
        eventTime: report.eventTime ?? undefined,
        receivedAt: receivedAt.get(report.eventKey),
        reasonCode: report.reasonCode ?? undefined,
        eventKey: report.eventKey,
      })),
    };
  });
}
