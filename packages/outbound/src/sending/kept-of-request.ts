/**
 * Builds the part of an UPDATE of a table `o` in which a row gets the id of its message. Nothing but
 * app and recipient stays where Sinch has redacted that message. The digest goes too, because a
 * short text can be found by trying all of them.
 * @param isRedacted an expression.
 */
export function keptOfRequest(isRedacted: string): string {
  return `(content_digest, request) = (SELECT
    CASE WHEN r.redacted THEN '\\x'::bytea ELSE o.content_digest END,
    CASE WHEN r.redacted THEN outbound_without_text(o.request) ELSE o.request END
    FROM (SELECT ${isRedacted} AS redacted) AS r)`;
}
