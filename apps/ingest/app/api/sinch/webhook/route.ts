import { handleCallback } from '../../../../src/handle-callback.ts';
import { openIngest } from '../../../../src/open-ingest.ts';
import { readWebBody } from '../../../../src/read-web-body.ts';
import { toResponse } from '../../../../src/to-response.ts';

async function handle(request: Request): Promise<Response> {
  const { method, headers } = request;
  const answer = await handleCallback(
    {
      method,
      readHeader: (name) => headers.get(name),
      readBody: (limits) => readWebBody(request, limits),
    },
    openIngest(),
  );
  return toResponse(answer, request);
}

export const POST = handle;

// Every other method is refused by the same table, instead of by Next's own answers.
export const GET = handle;
export const HEAD = handle;
export const PUT = handle;
export const PATCH = handle;
export const DELETE = handle;
export const OPTIONS = handle;
