/** Sinch's limit of `message_metadata`, in characters. */
export const maxMessageMetadata = 1_024;

/**
 * The length of a marker, in characters: `sc:`, a UUID and `;`. What is left of `message_metadata`
 * is the caller's.
 */
export const markerLength = 40;

const pattern = /^sc:([\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12});/;

/** The sender's metadata, and the id of the outbound row whose marker stood before them. */
export interface MarkedMetadata {
  readonly outboundId: string | undefined;
  readonly metadata: string | undefined;
}

/**
 * Writes the marker of an outbound row at the head of its metadata. It stands at the head, so that
 * nothing which cuts a long text off at its end can remove it.
 * @param outboundId a UUID.
 */
export function markMetadata(outboundId: string, metadata: string | undefined): string {
  return `sc:${outboundId.toLowerCase()};${metadata ?? ''}`;
}

/** Takes the marker off. A text without one is returned as it is. */
export function readMarker(text: string | undefined): MarkedMetadata {
  const [marker, outboundId] = pattern.exec(text ?? '') ?? [];
  if (text === undefined || marker === undefined) return { outboundId: undefined, metadata: text };
  const metadata = text.slice(marker.length);
  return { outboundId, metadata: metadata === '' ? undefined : metadata };
}
