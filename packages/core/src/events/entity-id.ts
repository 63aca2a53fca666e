import { boundedText } from '../values/bounded-text.ts';
import { storableText } from '../values/storable-json.ts';

/**
 * An id from a body as it can be stored, indexed and shown. Only for finding events again: what
 * makes them distinct is the digest in their key.
 */
export function boundedEntityId(id: string | undefined): string | undefined {
  return id === undefined ? undefined : boundedText(storableText(id)) || undefined;
}
