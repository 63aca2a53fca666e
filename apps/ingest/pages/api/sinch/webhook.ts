import type { IncomingMessage, ServerResponse } from 'node:http';
import { readHeaderOf } from '../../../src/exchange/read-header-of.ts';
import { sendAnswer } from '../../../src/exchange/send-answer.ts';
import { handleCallback } from '../../../src/handle-callback.ts';
import { openIngest } from '../../../src/open-ingest.ts';
import { readRawBody } from '../../../src/read-raw-body.ts';

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
