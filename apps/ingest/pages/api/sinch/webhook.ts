import type { IncomingMessage, ServerResponse } from 'node:http';
import { openIngest } from '../../../src/open-ingest.ts';
import { handleCallback } from '../../../src/webhook/handle-callback.ts';
import { readHeaderOf } from '../../../src/webhook/read-header-of.ts';
import { readRawBody } from '../../../src/webhook/read-raw-body.ts';
import { sendAnswer } from '../../../src/webhook/send-answer.ts';

/** The body stays on the wire: the signature covers its exact bytes. */
export const config = { api: { bodyParser: false } };

/** Every method comes here: others than POST are refused by the same table as all else. */
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
