import type { IncomingMessage, ServerResponse } from 'node:http';
import { readHeaderOf } from '../../../src/http/read-header-of.ts';
import { sendAnswer } from '../../../src/http/send-answer.ts';
import { readRawBody } from '../../../src/next/read-raw-body.ts';
import { openIngest } from '../../../src/open-ingest.ts';
import { handleCallback } from '../../../src/webhook/handle-callback.ts';

/** Next must not read the body: the signature covers its exact bytes. */
export const config = { api: { bodyParser: false } };

/** Handles every method, so that others than POST are refused by the same contract. */
export default async function handle(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await handleCallback(
    {
      method: request.method ?? '',
      readHeader: readHeaderOf(request),
      readBody: (limits) => readRawBody(request, limits),
    },
    openIngest(),
  );
  sendAnswer({ request, response }, answer);
}
