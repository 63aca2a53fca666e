/** What to look at when a receiver answered so; `undefined` when the answer says enough. */
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
