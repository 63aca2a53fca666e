import { healthAnswer } from '../../../src/health-answer.ts';
import { openIngest } from '../../../src/open-ingest.ts';
import { toResponse } from '../../../src/to-response.ts';

export const dynamic = 'force-dynamic';

export async function GET(request: Request): Promise<Response> {
  return toResponse(await healthAnswer(openIngest().producer), request);
}
