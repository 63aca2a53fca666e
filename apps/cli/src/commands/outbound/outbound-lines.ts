import type { OutboundMessage } from '@sinch-callbacks/outbound';
import { cellText, factLines, oneLine, showInstant, tableLines } from '../../terminal/format.ts';

const maxReasonLength = 80;

/** Formats one line for each message. */
export function outboundTable(messages: readonly OutboundMessage[]): string[] {
  const rows = messages.map((message) => [
    showInstant(message.createdAt),
    message.state,
    String(message.attempts),
    message.id,
    oneLine(message.key, maxReasonLength),
    oneLine(message.errorMessage ?? message.sinchMessageId ?? '-', maxReasonLength),
  ]);
  return tableLines(['QUEUED', 'STATE', 'TRIES', 'ID', 'KEY', "SINCH'S ID OR REASON"], rows);
}

/** Formats all of a message but what it says. */
export function outboundLines(message: OutboundMessage): string[] {
  const at = (instant: Date | null) => (instant === null ? undefined : showInstant(instant));
  return factLines({
    state: message.state,
    id: message.id,
    key: oneLine(message.key),
    app: oneLine(message.appId),
    to: recipientOf(message),
    "Sinch's id": message.sinchMessageId === null ? undefined : oneLine(message.sinchMessageId),
    queued: showInstant(message.createdAt),
    'last tried': at(message.sendingAt),
    settled: at(message.settledAt),
    tries: String(message.attempts),
    error: message.errorClass ?? undefined,
    reason: message.errorMessage === null ? undefined : oneLine(message.errorMessage),
    'not before': message.state === 'QUEUED' ? showInstant(message.notBefore) : undefined,
    'not after': at(message.notAfter),
    consent: message.allowsOptedOut ? 'not asked' : undefined,
    'if uncertain': message.resendsUncertain ? 'sent again by itself' : undefined,
    next: advice[message.state],
  });
}

const advice: Partial<Record<OutboundMessage['state'], string>> = {
  UNCERTAIN: 'callbacks outbound resend may send it twice; outbound discard gives it up',
  REFUSED: 'callbacks outbound resend tries it again',
};

function recipientOf({ request: { recipient } }: OutboundMessage): string {
  if (recipient.contact_id !== undefined) return `contact ${cellText(recipient.contact_id)}`;
  return recipient.identified_by.channel_identities
    .map(({ channel, identity }) => `${oneLine(channel)}:${oneLine(identity)}`)
    .join(', ');
}

/** Removes what a message says, which no command prints. */
export function withoutContent({ request, ...message }: OutboundMessage): object {
  const { recipient, message_metadata: metadata } = request;
  return { ...message, recipient, metadata };
}
