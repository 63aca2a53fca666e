import { storableText } from '../decide/storable-json.ts';

/** Ids are ULIDs of 26 characters; this bounds what anything else can do to an index. */
const maxLength = 256;

/**
 * An id from a body as it can be stored, indexed and shown. Only for finding events again: what
 * makes them distinct is the digest in their key.
 */
export function boundedEntityId(id: string | undefined): string | undefined {
  return id === undefined ? undefined : storableText(id.slice(0, maxLength)) || undefined;
}
