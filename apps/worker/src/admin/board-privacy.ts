import type { BoardHooks } from '@bull-board/api/dist/types.js';
import { redactText } from '@sinch-callbacks/telemetry';

/** Fields that a page without a login shows unchanged. None of them comes from a body. */
const shownToAll = [
  'version',
  'isFinished',
  'cause',
  'key',
  'trigger',
  'entityId',
  'replay',
  'receivedAt',
  'suspectedAt',
];

/** Removes the nonce from a job's data, for logged-in users: only a signature needs it. */
export function withoutNonce(data: unknown): unknown {
  if (!isObject(data) || !isObject(data['signature'])) return data;
  const { nonce: _, ...signature } = data['signature'];
  return { ...data, signature };
}

/**
 * Reduces a job's data for a page without a login. Bodies hold people's messages and phone numbers,
 * and the text of a failure may quote them.
 */
export function withoutContent(data: unknown): unknown {
  if (!isObject(data)) return hidden;
  const { message, attempts, rawBody } = data;
  return {
    // The reason first, so that it is shown first.
    ...(typeof message === 'string' && { message: redactText(message) }),
    ...Object.fromEntries(shownToAll.flatMap((name) => (name in data ? [[name, data[name]]] : []))),
    ...(Array.isArray(attempts) && { attempts: attempts.map(withoutQuotes) }),
    ...(rawBody !== undefined && { rawBody: hidden }),
  };
}

/** Does the same for the failures that BullMQ itself records, anywhere in an answer. */
export const withoutFailures: NonNullable<BoardHooks['after']> = (_, result) => ({
  ...result,
  // The shape stays the same: strings replace strings.
  body: redactFailures(result.body) as typeof result.body,
});

const hidden = 'set ADMIN_PASSWORD to see it';

function withoutQuotes(attempt: unknown): unknown {
  if (!isObject(attempt)) return hidden;
  const { replay, attempt: number, at, errorClass, message } = attempt;
  return { replay, attempt: number, at, errorClass, message: redactText(String(message)) };
}

function redactFailures(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redactFailures);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, member]) => {
    if (name === 'stacktrace') return [name, []];
    const isFailure = name === 'failedReason' || name === 'deferredFailure';
    return [
      name,
      isFailure && typeof member === 'string' ? redactText(member) : redactFailures(member),
    ];
  });
  return Object.fromEntries(entries);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
