import { signatureHeaders } from '@sinch-callbacks/core';
import type { KeptCallback } from '@sinch-callbacks/queue';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import type { Session } from '../../session.ts';
import { tableLines } from '../../terminal/table.ts';
import { counted, oneLine, showBytes, showInstant } from '../../terminal/text.ts';

export interface ListOptions {
  readonly limit: number;
  readonly after?: string;
}

const maxHeaderLength = 40;

/** `callbacks rejected list`: one page, and how to get the next. */
export async function listRejected(session: Session, options: ListOptions): Promise<ExitCode> {
  const { terminal } = session;
  const { limit, after } = options;
  const { total, found } = await session.withRejected(async (store) => ({
    total: await store.count(),
    found: await store.list({ limit: limit + 1, after }),
  }));
  const callbacks = found.slice(0, limit);
  const next = found.length > callbacks.length ? callbacks.at(-1)?.id : undefined;

  terminal.document({ total, callbacks: callbacks.map(rejectedFacts), next: next ?? null });
  if (callbacks.length > 0) for (const line of rejectedTable(callbacks)) terminal.print(line);
  terminal.note(`${callbacks.length} shown of ${counted(total, 'rejected callback')}`);
  if (next !== undefined) terminal.note(`next page: the same with --after ${next}`);
  return exitCodes.ok;
}

/** A rejected callback for programs, without its body and its signature. */
export function rejectedFacts({
  id,
  cause,
  receivedAt,
  headers,
  bodyBytes,
  rawBody,
}: KeptCallback) {
  return {
    id,
    cause,
    receivedAt,
    bodyBytes,
    isBodyKept: rawBody !== undefined,
    timestamp: headers[signatureHeaders.timestamp],
    nonce: headers[signatureHeaders.nonce],
  };
}

function rejectedTable(callbacks: readonly KeptCallback[]): string[] {
  const rows = callbacks.map(({ id, cause, receivedAt, headers, bodyBytes }) => [
    showInstant(receivedAt),
    oneLine(cause),
    showBytes(bodyBytes),
    oneLine(headers[signatureHeaders.timestamp] ?? '-', maxHeaderLength),
    oneLine(headers[signatureHeaders.nonce] ?? '-', maxHeaderLength),
    id,
  ]);
  return tableLines(['RECEIVED', 'CAUSE', 'BODY', 'TIMESTAMP', 'NONCE', 'ID'], rows);
}
