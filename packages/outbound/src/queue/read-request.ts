import {
  markerLength,
  maxMessageMetadata,
  storableJson,
  storableText,
} from '@sinch-callbacks/core';
import type { SendRequest } from '@sinch-callbacks/sinch-api';
import type { MessageToSend } from './message-to-send.ts';
import { readRecipient } from './recipient.ts';

/** Characters of a caller's key. */
const maxKeyLength = 200;
/** Characters of a request as JSON. Sinch's own limits are far below. */
const maxRequestLength = 262_144;
/** A longer time is most likely a mistake of units. */
const longestSendWithinMs = 365 * 86_400_000;
const maxCallersMetadata = maxMessageMetadata - markerLength;

export type ReadRequest =
  | { readonly kind: 'request'; readonly request: SendRequest }
  | { readonly kind: 'invalid'; readonly problem: string };

/**
 * Makes Sinch's request of a message, without our marker. It refuses what could not be stored or
 * marked; all else Sinch checks.
 */
export function readRequest(given: MessageToSend): ReadRequest {
  const { key, appId, to, message, settings = {}, sendWithinMs } = given;
  const recipient = readRecipient(to);
  if (recipient.kind === 'invalid') return recipient;
  const request: SendRequest = {
    ...settings,
    app_id: appId,
    recipient: recipient.recipient,
    message: typeof message === 'string' ? { text_message: { text: message } } : message,
  };
  const problem = keyProblem(key) ?? timeProblem(sendWithinMs) ?? requestProblem(request);
  return problem === undefined ? { kind: 'request', request } : { kind: 'invalid', problem };
}

function keyProblem(key: string): string | undefined {
  const isSound = key !== '' && key.length <= maxKeyLength && storableText(key) === key;
  return isSound ? undefined : `a key has 1 to ${maxKeyLength} characters`;
}

function timeProblem(sendWithinMs = 1): string | undefined {
  if (sendWithinMs > 0 && sendWithinMs <= longestSendWithinMs) return undefined;
  return `sendWithinMs is 1 to ${longestSendWithinMs}`;
}

function requestProblem(request: SendRequest): string | undefined {
  if (request.app_id === '') return 'the app has no id';
  const metadata = request.message_metadata ?? '';
  if (metadata.length > maxCallersMetadata) {
    return `message_metadata has at most ${maxCallersMetadata} characters, beside our marker`;
  }
  const text = JSON.stringify(request);
  if (text.length > maxRequestLength) return `the message is longer than ${maxRequestLength}`;
  // A NUL, or half of a surrogate pair.
  return storableJson(text) === text ? undefined : 'the message has unstorable characters';
}
