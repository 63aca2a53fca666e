import type { IncomingMessage, ServerResponse } from 'node:http';
import { openIngest } from '../../src/open-ingest.ts';
import { healthAnswer } from '../../src/webhook/health-answer.ts';
import { sendAnswer } from '../../src/webhook/send-answer.ts';

/** Nothing of the request matters. */
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
