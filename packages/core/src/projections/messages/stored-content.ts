import { besideTheMessage } from '../../bodies/content/content-as-sent.ts';
import { hasValue, isJsonObject, type JsonObject, memberOf } from '../../events/json-object.ts';
import type { StoredContent } from '../../facts/message-facts.ts';
import { boundedText } from '../../values/bounded-text.ts';
import { parseExactly } from '../../values/exact-json.ts';
import { type MarkedMetadata, readMarker } from '../../values/outbound-marker.ts';

/** Paths of a message's one obvious text, the likeliest first. */
const textPaths = [['text'], ['text_message', 'text'], ['caption'], ['title']] as const;

/** Reads the kind and the text of a message of a contact or to one. */
export function storedContent(content: JsonObject): StoredContent {
  const messages = Object.entries(content).filter(([name]) => !besideTheMessage.has(name));
  const kind = memberOf(Object.fromEntries(messages));
  const message = kind === undefined ? undefined : content[kind];
  return {
    json: JSON.stringify(content),
    kind: kind === undefined || !hasValue(message) ? undefined : boundedText(kind),
    text: textPaths.map((path) => textAt(message, path)).find((text) => text !== undefined),
  };
}

/** Returns the id of the message that this one answers. */
export function answeredMessageId(content: JsonObject | undefined): string | undefined {
  const path = [
    ['reply_to', 'message_id'],
    ['choice_response_message', 'message_id'],
  ].map((names) => textAt(content, names));
  const messageId = path.find((text) => text !== undefined);
  return messageId === undefined ? undefined : boundedText(messageId);
}

/**
 * Checks for a choice response or a reply: it comes with the metadata of the message that it
 * answers.
 */
export function isAnswer(content: JsonObject | undefined): boolean {
  return (
    hasValue(content?.['choice_response_message']) ||
    textAt(content, ['reply_to', 'message_id']) !== undefined
  );
}

function textAt(value: unknown, path: readonly string[]): string | undefined {
  let found = value;
  for (const name of path) found = isJsonObject(found) ? found[name] : undefined;
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The sender's metadata, with what was added to them. */
interface SenderMetadata extends MarkedMetadata {
  /** The batch that the message was sent in. */
  readonly batchId: string | undefined;
}

const batchMember = '_batch_id';
const indexMember = 'message_index';

/**
 * Removes our marker from the sender's metadata, and the members that a batch adds, so that every
 * report of a message has the same. Where nothing else is left, the sender gave none.
 */
export function splitMetadata(text: string | undefined): SenderMetadata {
  const marked = readMarker(text);
  if (!marked.metadata?.includes(batchMember)) return { ...marked, batchId: undefined };
  const parsed = parseObject(marked.metadata);
  const { [batchMember]: batchId, [indexMember]: _, ...own } = parsed ?? {};
  if (typeof batchId !== 'string' || batchId === '') return { ...marked, batchId: undefined };
  const metadata = Object.keys(own).length > 0 ? JSON.stringify(own) : undefined;
  return { ...marked, metadata, batchId: boundedText(batchId) };
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
