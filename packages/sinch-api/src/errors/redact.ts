/** Shorter texts are no secret: two characters would be found in any sentence. */
const fewestCharacters = 3;

/** A longer text is left out as a whole: it is no sentence, but most likely the request. */
const maxTextLength = 500;

/**
 * Members of requests with the words of Sinch's own, and with ids. Errors are of no use without.
 */
const harmlessMembers: ReadonlySet<string> = new Set([
  'app_id',
  'channel',
  'channel_priority_order',
  'conversation_metadata_update_strategy',
  'direction',
  'message_content_type',
  'messages_source',
  'processing_strategy',
  'queue',
  'target_type',
  'token_request_type',
  'triggers',
  'ttl',
  'view',
]);

/** Lists the texts and numbers of a request that no error may show. */
export function privateTexts(request: unknown): string[] {
  if (typeof request === 'string') return [request];
  if (typeof request === 'number') return [String(request)];
  if (Array.isArray(request)) return request.flatMap(privateTexts);
  if (typeof request !== 'object' || request === null) return [];
  return Object.entries(request).flatMap(([name, value]) =>
    harmlessMembers.has(name) ? [] : privateTexts(value),
  );
}

/** A part of a private text is removed where it is so long: an API may shorten what it quotes. */
const fewestQuoted = 12;

/** Seven digits or more, as one number: Sinch may write a phone number in another spelling. */
const phoneNumber = /(?<![\p{L}\d])\+?\d(?:[ ().-]{0,2}\d){6,}(?![\p{L}\d])/gu;

/**
 * Removes private texts from a text of Sinch's, which may quote the request, as they are or as JSON
 * writes them; also long parts of them, and all that may be a phone number.
 */
export function redact(text: string, privates: readonly string[]): string {
  if (text.length > maxTextLength) return `(${text.length} characters, left out)`;
  const forms = privates.flatMap((item) => [item, JSON.stringify(item).slice(1, -1)]);
  const longestFirst = [...new Set(forms)]
    .filter(({ length }) => length >= fewestCharacters && length <= maxTextLength)
    .sort((one, other) => other.length - one.length);
  const rest = longestFirst.reduce((left, item) => left.replaceAll(item, () => '…'), text);
  return withoutParts(rest, forms).replace(phoneNumber, '…');
}

/** Removes each part that is also in a private text. */
function withoutParts(text: string, privates: readonly string[]): string {
  const isPrivate = (part: string) => privates.some((item) => item.includes(part));
  let shown = '';
  let start = 0;
  while (start < text.length) {
    let end = start + fewestQuoted;
    if (end > text.length || !isPrivate(text.slice(start, end))) {
      shown += text.charAt(start);
      start += 1;
      continue;
    }
    while (end < text.length && isPrivate(text.slice(start, end + 1))) end += 1;
    shown += '…';
    start = end;
  }
  return shown;
}
