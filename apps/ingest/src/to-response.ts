import type { Answer } from './answer.ts';
import { discardBody } from './discard-body.ts';
import type { WebBody } from './read-web-body.ts';

/**
 * An answer as a web Response.
 *
 * Where the answer ends the connection while the sender may still be sending, it goes out at once
 * but ends only after the rest was thrown away: a socket closed on unread bytes is reset, and the
 * sender would see a broken connection, and try again, instead of a refusal (RFC 9112, 9.6).
 */
export function toResponse(answer: Answer, request: { readonly body: WebBody }): Response {
  const { status, headers, body: text } = answer;
  const unread = answer.headers['connection'] === 'close' ? request.body : null;
  if (unread === null || unread.locked) return new Response(text, { status, headers });
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      await discardBody(unread);
      controller.close();
    },
  });
  return new Response(body, { status, headers });
}
