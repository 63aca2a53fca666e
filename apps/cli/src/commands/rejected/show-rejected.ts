import { encodeRawBody, rawBodyText } from '@sinch-callbacks/core';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { reportProblem, type Session } from '../../session.ts';
import { factLines } from '../../terminal/table.ts';
import { oneLine, plainText, showBytes, showInstant } from '../../terminal/text.ts';
import { rejectedFacts } from './list-rejected.ts';

export interface ShowOptions {
  readonly body?: true;
}

/** `callbacks rejected show <id>`: why it was rejected and what its signature headers said. */
export async function showRejected(
  session: Session,
  id: string,
  options: ShowOptions,
): Promise<ExitCode> {
  const { terminal } = session;
  const kept = await session.withRejected((store) => store.find(id));
  if (kept === undefined) {
    return reportProblem(session, 'not-found', 'no rejected callback has this id');
  }
  const { cause, receivedAt, headers, bodyBytes, rawBody } = kept;
  const encoded = options.body && rawBody && encodeRawBody(rawBody);
  terminal.document({ ...rejectedFacts(kept), headers, ...(encoded && { rawBody: encoded }) });

  const shownHeaders = Object.entries(headers).map(
    ([name, value]) => [name, oneLine(value)] as const,
  );
  const facts = factLines({
    id: oneLine(kept.id),
    received: showInstant(receivedAt),
    cause: oneLine(cause),
    body: `${showBytes(bodyBytes)}${rawBody ? '' : ', too long to be kept'}`,
    ...Object.fromEntries(shownHeaders),
  });
  for (const line of facts) terminal.print(line);
  if (encoded) terminal.print(`\nBody\n${plainText(rawBodyText(encoded))}`);
  return exitCodes.ok;
}
