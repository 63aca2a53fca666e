import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendAnswer } from '../../src/exchange/send-answer.ts';
import { healthAnswer } from '../../src/health-answer.ts';
import { openIngest } from '../../src/open-ingest.ts';

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
