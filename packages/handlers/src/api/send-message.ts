import { encodeRawBody, envelopeOf } from '@sinch-callbacks/core';
import { type ErasureKeys, happenedAtMs } from '@sinch-callbacks/db';
import {
  type MessageToSend,
  type OptOut,
  type OutboundMessage,
  type QueryRunner,
  queueMessage,
} from '@sinch-callbacks/outbound';
import type { HandlerEvent } from './handler-event.ts';

/** A message of a handler. `appId` is that of the event where it is absent. */
export type HandlerMessage = Omit<MessageToSend, 'key' | 'appId'> & {
  readonly appId?: string | undefined;
};

/** The foreseen results of `ctx.send`. */
export type HandlerSend =
  /** It is queued; `known` where an earlier run of the task has queued it. */
  | { readonly kind: 'queued' | 'known'; readonly message: Pick<OutboundMessage, 'id' | 'key'> }
  /** The recipient has opted out: nothing is sent. */
  | { readonly kind: 'opted-out'; readonly optOuts: readonly OptOut[] }
  /** The recipient was erased since the event happened: nothing is sent. */
  | { readonly kind: 'erased' };

/** Names a message of a task: the same for all its runs. */
export function messageKey(taskKey: string, name: string): string {
  if (name === '') throw new TypeError('ctx.send needs a name for the message');
  return `${taskKey}.${name}`;
}

/**
 * Queues a message of a task.
 * @param keys find people who were erased, and their opt-outs, as in `queueMessage`.
 * @throws TypeError for a message that cannot be sent, or that an earlier run has queued with other
 *   content.
 */
export async function queueHandlerMessage(
  db: QueryRunner,
  key: string,
  event: Pick<HandlerEvent, 'appId' | 'receivedAt' | 'rawBody'>,
  { appId = event.appId, ...message }: HandlerMessage,
  keys: ErasureKeys | undefined,
): Promise<HandlerSend> {
  if (appId === undefined) {
    throw new TypeError('the event names no app: give ctx.send an appId');
  }
  const decision = envelopeOf(encodeRawBody(event.rawBody));
  const happenedAt = new Date(happenedAtMs({ event, decision }));
  const outcome = await queueMessage(db, { ...message, key, appId }, keys, happenedAt);
  switch (outcome.kind) {
    case 'queued':
    case 'known':
    case 'opted-out':
    case 'erased':
      return outcome;
    case 'key-taken':
      throw new TypeError(
        `ctx.send: an earlier run has queued ${key} with other content; ctx.commit queues it once`,
      );
    case 'invalid':
      throw new TypeError(`ctx.send: ${outcome.problem}`);
  }
}
