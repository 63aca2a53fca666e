import { isJsonObject } from '../../events/json-object.ts';
import { boundedText } from '../../values/bounded-text.ts';
import { parseExactly } from '../../values/exact-json.ts';

/** The sender's metadata, and the batch that a message was sent in. */
export interface SenderMetadata {
  readonly metadata: string | undefined;
  readonly batchId: string | undefined;
}

const batchMember = '_batch_id';
const indexMember = 'message_index';

/**
 * Takes out what a batch adds to the sender's metadata, so that every report of a message has the
 * same. Where nothing else is left, the sender gave none.
 */
export function splitMetadata(text: string | undefined): SenderMetadata {
  if (!text?.includes(batchMember)) return { metadata: text, batchId: undefined };
  const parsed = parseObject(text);
  const { [batchMember]: batchId, [indexMember]: _, ...own } = parsed ?? {};
  if (typeof batchId !== 'string' || batchId === '') return { metadata: text, batchId: undefined };
  const metadata = Object.keys(own).length > 0 ? JSON.stringify(own) : undefined;
  return { metadata, batchId: boundedText(batchId) };
}

function parseObject(text: string) {
  try {
    const value = parseExactly(text);
    return isJsonObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
