import { drawLog, pickWeighted, type Random } from '../random.ts';
import type { CallbackBody } from '../samples/sample-context.ts';
import type { DeliveryStatus } from '../samples/sent-messages.ts';
import type { EventClock } from './timeline-builder.ts';

/** One report of a message, with its time after the send. */
export interface DeliveryStep {
  readonly status: DeliveryStatus;
  readonly channel: string;
  readonly afterMs: number;
  readonly clock: EventClock;
  /** The reason, when it is not the usual one of the status. */
  readonly reason?: CallbackBody;
}

/**
 * Generates the reports of a message on this channel, oldest first. SMS reports only the final
 * status, Telegram only that it is queued, and the others every status. WhatsApp refuses free text
 * to people who have not written in the last 24 hours; RCS falls back to SMS.
 */
export function deliverySteps(random: Random, channel: string): DeliveryStep[] {
  if (random() < badRequestShare) return [failedAtOnce(channel, drawLog(random, 50, 500))];
  switch (channel) {
    case 'SMS':
      return smsEnd(random, 0);
    case 'TELEGRAM':
      return [queued(channel, drawLog(random, 100, 1_000))];
    case 'WHATSAPP':
      return random() < outsideWindowShare
        ? [outsideWindow(drawLog(random, 300, 3_000))]
        : chat(random, channel);
    case 'RCS':
      return random() < fallbackShare ? fallback(random) : chat(random, channel);
    default:
      return chat(random, channel);
  }
}

/** The shares of messages that fail, and of delivered ones that are read. */
export interface OutcomeShares {
  readonly failed: number;
  readonly read: number;
}

/**
 * Generates the reports of a message that stays on its channel: QUEUED_ON_CHANNEL, then DELIVERED
 * and perhaps READ, or FAILED. SMS never reports READ, and Telegram ends at QUEUED_ON_CHANNEL.
 */
export function outcomeSteps(
  random: Random,
  channel: string,
  shares: OutcomeShares,
): DeliveryStep[] {
  const queuedMs = drawLog(random, 100, 1_000);
  const endMs = queuedMs + drawLog(random, 500, 20_000);
  const [isFailed, isRead] = [random() < shares.failed, random() < shares.read];
  const first = queued(channel, queuedMs);
  if (isFailed) return [first, onChannel('FAILED', channel, endMs)];
  if (channel === 'TELEGRAM') return [first];
  const delivered = [first, onChannel('DELIVERED', channel, endMs)];
  if (!isRead || channel === 'SMS') return delivered;
  return [...delivered, onChannel('READ', channel, endMs + drawLog(random, 2_000, minuteMs))];
}

const badRequestShare = 0.02;
const outsideWindowShare = 0.12;
const fallbackShare = 0.3;
const lateFirstChannelShare = 0.2;
const minuteMs = 60_000;

function chat(random: Random, channel: string): DeliveryStep[] {
  const queuedMs = drawLog(random, 100, 1_000);
  const deliveredMs = queuedMs + drawLog(random, 500, 20_000);
  const readMs = deliveredMs + drawLog(random, 2_000, 30 * minuteMs);
  const first = queued(channel, queuedMs);
  const delivered = onChannel('DELIVERED', channel, deliveredMs);
  const read = onChannel('READ', channel, readMs);
  switch (pickWeighted(random, { delivered: 30, read: 50, readAlone: 10, failed: 10 })) {
    case 'delivered':
      return [first, delivered];
    case 'read':
      return [first, delivered, read];
    case 'readAlone':
      return [first, read];
    case 'failed':
      return [first, onChannel('FAILED', channel, deliveredMs)];
  }
}

function fallback(random: Random): DeliveryStep[] {
  const queuedMs = drawLog(random, 100, 1_000);
  const switchedMs = queuedMs + drawLog(random, 5_000, 2 * minuteMs);
  const steps: DeliveryStep[] = [
    queued('RCS', queuedMs),
    { status: 'SWITCHING_CHANNEL', channel: 'RCS', afterMs: switchedMs, clock: 'sinch' },
    queued('SMS', switchedMs + drawLog(random, 50, 500)),
    ...smsEnd(random, switchedMs + 500),
  ];
  if (random() >= lateFirstChannelShare) return steps;
  const lateMs = switchedMs + drawLog(random, minuteMs, 30 * minuteMs);
  return [...steps, onChannel('DELIVERED', 'RCS', lateMs)];
}

function smsEnd(random: Random, sentMs: number): DeliveryStep[] {
  const status = random() < 0.9 ? 'DELIVERED' : 'FAILED';
  return [onChannel(status, 'SMS', sentMs + drawLog(random, 1_000, minuteMs))];
}

function queued(channel: string, afterMs: number): DeliveryStep {
  return { status: 'QUEUED_ON_CHANNEL', channel, afterMs, clock: 'sinch' };
}

function onChannel(status: DeliveryStatus, channel: string, afterMs: number): DeliveryStep {
  return { status, channel, afterMs, clock: 'channel' };
}

function failedAtOnce(channel: string, afterMs: number): DeliveryStep {
  const reason = {
    code: 'BAD_REQUEST',
    description: 'The message cannot be sent as it is.',
    sub_code: 'UNSPECIFIED_SUB_CODE',
  };
  return { status: 'FAILED', channel, afterMs, clock: 'sinch', reason };
}

function outsideWindow(afterMs: number): DeliveryStep {
  const reason = {
    code: 'OUTSIDE_ALLOWED_SENDING_WINDOW',
    description: 'More than 24 hours have passed since this person last wrote.',
    sub_code: 'UNSPECIFIED_SUB_CODE',
    channel_code: '131047',
  };
  return { status: 'FAILED', channel: 'WHATSAPP', afterMs, clock: 'channel', reason };
}
