import {
  choiceProblem,
  isJsonObject,
  type JsonObject,
  listIn,
  objectIn,
  textIn,
  textProblem,
} from '../http/json-object.ts';

const maxMessageMetadata = 1_024;
const maxConversationMetadata = 2_048;
const maxCorrelationId = 128;
const maxPropertyLength = 1_024;
const minTtlSeconds = 3;
const maxTtlSeconds = 315_576_000_000;

/** The kinds of message; a send has exactly one. */
export const messageKinds = [
  'text_message',
  'card_message',
  'carousel_message',
  'choice_message',
  'list_message',
  'location_message',
  'media_message',
  'template_message',
  'contact_info_message',
] as const;

/** Channels that the API knows. */
export const channels = [
  'WHATSAPP',
  'RCS',
  'SMS',
  'MESSENGER',
  'VIBERBM',
  'MMS',
  'INSTAGRAM',
  'TELEGRAM',
  'KAKAOTALK',
  'KAKAOTALKCHAT',
  'LINE',
  'WECHAT',
  'APPLEBC',
  'SINCH_CHAT',
  'SINCH_PUSH',
] as const;

/** Describes the first documented rule that a send breaks. */
export function sendProblem(body: JsonObject): string | undefined {
  return (
    recipientProblem(body['recipient']) ??
    messageProblem(body['message']) ??
    textProblem(body, 'message_metadata', maxMessageMetadata) ??
    conversationMetadataProblem(body['conversation_metadata'] ?? {}) ??
    textProblem(body, 'correlation_id', maxCorrelationId) ??
    callbackUrlProblem(body) ??
    ttlProblem(body['ttl'] ?? `${minTtlSeconds}s`) ??
    channelsProblem(body['channel_priority_order'] ?? [], 'channel_priority_order') ??
    propertiesProblem(body['channel_properties'] ?? {}) ??
    choiceProblem(body, 'queue', ['NORMAL_PRIORITY', 'HIGH_PRIORITY']) ??
    choiceProblem(body, 'processing_strategy', ['DEFAULT', 'DISPATCH_ONLY']) ??
    choiceProblem(body, 'message_content_type', contentTypes) ??
    choiceProblem(body, 'conversation_metadata_update_strategy', ['REPLACE', 'MERGE_PATCH'])
  );
}

const contentTypes = ['CONTENT_UNKNOWN', 'CONTENT_MARKETING', 'CONTENT_NOTIFICATION'];

function recipientProblem(recipient: unknown): string | undefined {
  if (!isJsonObject(recipient)) return 'recipient is required';
  const hasContact = textIn(recipient, 'contact_id') !== '';
  const hasIdentities = isJsonObject(recipient['identified_by']);
  if (hasContact === hasIdentities) return 'recipient has either contact_id or identified_by';
  if (hasContact) return undefined;
  const identities = listIn(objectIn(recipient, 'identified_by'), 'channel_identities');
  if (identities.length === 0) return 'recipient.identified_by.channel_identities is empty';
  const isWrong = (entry: unknown) =>
    !isJsonObject(entry) || textIn(entry, 'channel') === '' || textIn(entry, 'identity') === '';
  if (identities.some(isWrong)) return 'a channel identity has a channel and an identity';
  return channelsProblem(
    identities.filter(isJsonObject).map((entry) => entry['channel']),
    'channel_identities',
  );
}

function messageProblem(message: unknown): string | undefined {
  if (!isJsonObject(message)) return 'message is required';
  const kinds = messageKinds.filter((kind) => (message[kind] ?? undefined) !== undefined);
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    return `message has exactly one of ${messageKinds.join(', ')}`;
  }
  const content = message[kind];
  if (!isJsonObject(content)) return `message.${kind} must be an object`;
  return kind === 'text_message' && textIn(content, 'text') === ''
    ? 'message.text_message.text is required'
    : undefined;
}

function conversationMetadataProblem(metadata: unknown): string | undefined {
  if (!isJsonObject(metadata)) return 'conversation_metadata must be a JSON object';
  return JSON.stringify(metadata).length > maxConversationMetadata
    ? `conversation_metadata must be at most ${maxConversationMetadata} characters`
    : undefined;
}

function callbackUrlProblem(body: JsonObject): string | undefined {
  const problem = textProblem(body, 'callback_url');
  const url = textIn(body, 'callback_url');
  if (problem !== undefined || url === '') return problem;
  return /^https?:\/\//.test(url) && URL.canParse(url) ? undefined : 'callback_url must be a URL';
}

function ttlProblem(ttl: unknown): string | undefined {
  const seconds = typeof ttl === 'string' && /^\d+s$/.test(ttl) ? Number(ttl.slice(0, -1)) : 0;
  return seconds >= minTtlSeconds && seconds <= maxTtlSeconds
    ? undefined
    : `ttl is whole seconds from ${minTtlSeconds}s to ${maxTtlSeconds}s`;
}

function channelsProblem(names: unknown, field: string): string | undefined {
  if (!Array.isArray(names)) return `${field} must be a list`;
  const known: readonly unknown[] = channels;
  const wrong: unknown = names.find((name: unknown) => !known.includes(name));
  return wrong === undefined ? undefined : `${field} has no channel ${JSON.stringify(wrong)}`;
}

function propertiesProblem(properties: unknown): string | undefined {
  if (!isJsonObject(properties)) return 'channel_properties must be an object';
  const names = Object.keys(properties);
  return names
    .map((name) => textProblem(properties, name, maxPropertyLength))
    .find((problem) => problem !== undefined);
}
