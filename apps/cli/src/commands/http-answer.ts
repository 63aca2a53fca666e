import { oneLine } from '../terminal/format.ts';

/** Explains a receiver's status; `undefined` for one that needs no explanation. */
export function explainAnswer(status: number, secretFrom: string): string | undefined {
  switch (status) {
    case 401:
      return (
        `401: the receiver does not hold the secret that signed this (from ${secretFrom}), or ` +
        'its clock and the timestamp are too far apart'
      );
    case 404:
    case 405:
      return `${status}: no webhook there; its path is /api/sinch/webhook`;
    case 413:
      return '413: the body is larger than the receiver takes (INGEST_MAX_BODY_BYTES)';
    case 503:
      return '503: the receiver has no secret, or cannot reach its queue; it would be retried';
    default:
      return undefined;
  }
}

const maxLength = 120;

/** Returns the `status` of an answer of our receivers, or the beginning of any other answer. */
export function describeAnswer(answer: string): string {
  const status = statusOf(answer);
  return oneLine(status ?? answer, maxLength);
}

function statusOf(answer: string): string | undefined {
  try {
    const body: unknown = JSON.parse(answer);
    const status: unknown =
      typeof body === 'object' && body !== null ? Reflect.get(body, 'status') : undefined;
    return typeof status === 'string' ? status : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
