/** Shorter texts are no secret: two characters would be found in any sentence. */
const fewestCharacters = 3;

/** A longer text is left out as a whole: it is no sentence, but most likely the request. */
const maxTextLength = 500;

/** Members of requests with the words of Sinch's own, and with ids. Errors are of no use without. */
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

/**
 * Removes private texts from a text of Sinch's, which may quote the request, as they are or as JSON
 * writes them. It does not find a text that Sinch has shortened or changed.
 */
export function redact(text: string, privates: readonly string[]): string {
  if (text.length > maxTextLength) return `(${text.length} characters, left out)`;
  const forms = privates.flatMap((item) => [item, JSON.stringify(item).slice(1, -1)]);
  const longestFirst = [...new Set(forms)]
    .filter(({ length }) => length >= fewestCharacters && length <= maxTextLength)
    .sort((one, other) => other.length - one.length);
  return longestFirst.reduce((rest, item) => rest.replaceAll(item, () => '…'), text);
}
