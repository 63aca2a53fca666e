import type {
  ChannelState,
  MessageHistory,
  OutboundFacts,
  StatusReport,
  UnappliedEvent,
} from '@sinch-callbacks/db';
import { factLines, oneLine, showInstant, tableLines } from '../../terminal/format.ts';

/**
 * Formats a message: facts, how it was sent, its channels, then its events in the order in which
 * they happened.
 */
export function messageLines(message: MessageHistory): string[] {
  const { outbound, channels, reports, unapplied } = message;
  const events = eventRows(reports, unapplied);
  const head = ['HAPPENED', 'RECEIVED', 'STATUS', 'CHANNEL', 'REASON', 'EVENT'];
  return [
    ...factLines(factsOf(message)),
    ...(outbound === undefined ? [] : ['', 'Sending', ...factLines(sendingOf(outbound))]),
    ...(channels.length > 0 ? ['', 'Channels', ...channelTable(channels)] : []),
    ...(events.length > 0 ? ['', 'Reports', ...tableLines(head, events)] : []),
  ];
}

function factsOf(message: MessageHistory): Record<string, string | undefined> {
  return {
    message: line(message.sinchMessageId) ?? 'not named by Sinch yet',
    app: line(message.appId),
    project: line(message.projectId),
    direction: message.direction,
    kind: line(message.kind),
    status: line(message.status),
    'status at': instant(message.statusAt),
    reason: reasonOf(message),
    description: line(message.reasonDescription),
    channel: line(message.channel),
    identity: line(message.identity),
    conversation: line(message.conversationId),
    contact: line(message.contactId),
    metadata: line(message.metadata),
    'channel metadata': line(message.channelMetadata),
    'conversation metadata': line(message.conversationMetadata),
    batch: line(message.batchId),
    correlation: line(message.correlationId),
    mode: line(message.processingMode),
    sender: line(message.senderId),
    'reply to': line(message.replyToMessageId),
    happened: instant(message.happenedAt),
    sent: instant(message.sentAt),
    delivered: instant(message.deliveredAt),
    read: instant(message.readAt),
    failed: instant(message.failedAt),
    redacted: instant(message.redactedAt),
    'first event': instant(message.createdAt),
    'last event': instant(message.lastUpdatedAt),
  };
}

function sendingOf(outbound: OutboundFacts): Record<string, string | undefined> {
  return {
    state: outbound.state,
    key: oneLine(outbound.key),
    id: outbound.id,
    error: line(outbound.errorClass),
    because: line(outbound.errorMessage),
    queued: instant(outbound.createdAt),
    'last tried': instant(outbound.sendingAt),
    settled: instant(outbound.settledAt),
    tries: String(outbound.attempts),
    'what to do': `callbacks outbound show ${outbound.id}`,
  };
}

function line(text: string | undefined): string | undefined {
  return text === undefined ? undefined : oneLine(text);
}

function instant(at: Date | undefined): string | undefined {
  return at && showInstant(at);
}

interface Reason {
  readonly reasonCode?: string | undefined;
  readonly reasonSubCode?: string | undefined;
  readonly reasonChannelCode?: string | undefined;
}

/** Formats a reason: `CHANNEL_FAILURE / UNSPECIFIED_SUB_CODE / 131026`. */
function reasonOf({ reasonCode, reasonSubCode, reasonChannelCode }: Reason): string | undefined {
  const codes = [reasonCode, reasonSubCode, reasonChannelCode].filter((code) => code !== undefined);
  return codes.length === 0 ? undefined : oneLine(codes.join(' / '));
}

function channelTable(channels: readonly ChannelState[]): string[] {
  const rows = channels.map((standing) => [
    oneLine(standing.channel) || '-',
    oneLine(standing.status),
    instant(standing.statusAt) ?? '-',
    line(standing.identity) ?? '-',
    reasonOf(standing) ?? '-',
  ]);
  return tableLines(['CHANNEL', 'STATUS', 'AT', 'IDENTITY', 'REASON'], rows);
}

/** Lists reports and events that made no row, by time. */
function eventRows(
  reports: readonly StatusReport[],
  unapplied: readonly UnappliedEvent[],
): string[][] {
  const happened = (event: StatusReport | UnappliedEvent) => event.eventTime ?? event.receivedAt;
  const timed = [
    ...reports.map((report) => ({ at: happened(report), row: reportRow(report) })),
    ...unapplied.map((event) => ({ at: happened(event), row: unappliedRow(event) })),
  ];
  return timed
    .toSorted((one, other) => one.at.getTime() - other.at.getTime())
    .map(({ row }) => row);
}

function reportRow(report: StatusReport): string[] {
  return [
    instant(report.eventTime) ?? '-',
    showInstant(report.receivedAt),
    oneLine(report.status),
    line(report.channel) ?? '-',
    reasonOf(report) ?? '-',
    oneLine(report.eventKey),
  ];
}

function unappliedRow(event: UnappliedEvent): string[] {
  const { state, status, resolution, errorClass } = event;
  const standing =
    state === 'UNHANDLED' ? 'unhandled' : `dead, ${(resolution ?? 'open').toLowerCase()}`;
  return [
    instant(event.eventTime) ?? '-',
    showInstant(event.receivedAt),
    status === undefined ? standing : `${oneLine(status)} (${standing})`,
    line(event.channel) ?? '-',
    line(errorClass) ?? '-',
    oneLine(event.eventKey),
  ];
}
