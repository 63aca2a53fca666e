import type { Logger } from '../create-logger.ts';

/** One message that a sender was done with. */
export interface MessageSentFacts {
  readonly outboundId: string;
  /** Counted from 1. */
  readonly attempt: number;
  /** The state of its row; `lost` where a report or another process settled it first. */
  readonly state: string;
  readonly messageId?: string | undefined;
  readonly errorClass?: string | undefined;
  readonly error?: string | undefined;
  readonly durationMs: number;
}

export function senderStarted(
  logger: Logger,
  facts: { readonly senderUrl: string; readonly appId: string; readonly perSecond: number },
): void {
  logger.info(facts, 'sender started');
}

export function senderStopped(
  logger: Logger,
  facts: { readonly signal: string; readonly durationMs: number },
): void {
  logger.info(facts, 'sender stopped');
}

/** Logs an error of the sender itself: a statement that failed, a lookup, or a bug. It sends on. */
export function senderErred(logger: Logger, facts: { readonly error: unknown }): void {
  logger.error({ err: facts.error }, 'sender error');
}

/** Logs that the app was read. Where it keeps no messages, none can be looked up. */
export function appRead(logger: Logger, facts: { readonly keepsMessages: boolean }): void {
  logger.info(facts, 'app read');
}

/** Logs that the app cannot be read. Nothing is sent until it was read once. */
export function appFailed(logger: Logger, facts: { readonly error: unknown }): void {
  logger.error({ err: facts.error }, 'app not read');
}

/** Logs that no message begins for a time. */
export function sendingPaused(
  logger: Logger,
  facts: { readonly pauseMs: number; readonly errorClass: string },
): void {
  logger.warn(facts, 'sending paused');
}

/** Logs messages that another process was sending when it ended: they may have been sent. */
export function sendersLost(logger: Logger, facts: { readonly messages: number }): void {
  logger.warn(facts, 'messages of an ended sender are uncertain');
}

/** Logs uncertain messages that Sinch's list has. */
export function messagesFound(logger: Logger, facts: { readonly messages: number }): void {
  logger.info(facts, 'uncertain messages found');
}

/** Logs uncertain messages that are sent again, as their callers asked. */
export function messagesResent(logger: Logger, facts: { readonly messages: number }): void {
  logger.warn(facts, 'uncertain messages are sent again');
}

/** Logs messages that waited longer than their callers allowed. They are not sent. */
export function messagesExpired(logger: Logger, facts: { readonly messages: number }): void {
  logger.warn(facts, 'messages are too late to be sent');
}

/** Logs the end of a try: one line for each. */
export function messageSent(logger: Logger, facts: MessageSentFacts): void {
  if (facts.state === 'SENT') logger.info(facts, 'message sent');
  else logger.warn(facts, 'message not sent');
}
