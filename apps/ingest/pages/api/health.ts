import type { IncomingMessage, ServerResponse } from 'node:http';
import { healthAnswer } from '../../src/http/health-answer.ts';
import { sendAnswer } from '../../src/http/send-answer.ts';
import { openIngest } from '../../src/open-ingest.ts';

/** The answer depends on nothing in the request but its method. */
export const config = { api: { bodyParser: false } };

export default async function handle(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  sendAnswer(
    { request, response },
    await healthAnswer(request.method ?? '', openIngest().producer),
  );
}
