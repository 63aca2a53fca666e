import { encodeRawBody, rawBodyText, signatureHeaders } from '@sinch-callbacks/core';
import type { KeptCallback } from '@sinch-callbacks/queue';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { wholeNumber } from '../../options/option-parsers.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import {
  counted,
  factLines,
  oneLine,
  plainText,
  showBytes,
  showInstant,
  tableLines,
} from '../../terminal/format.ts';
import { addRecheck } from './recheck-command.ts';

const maxPage = 10_000;
const defaultPage = 50;
const maxHeaderLength = 40;

interface ListOptions {
  readonly limit: number;
  readonly after?: string;
}

interface ShowOptions {
  readonly body?: true;
}

const causesHelp = `
Why callbacks are rejected:
  signature-mismatch           another secret signed it, or something changed the body
  missing-signature-headers    the webhook has no secret, or it is not from Sinch
  malformed-signature-headers  not from Sinch
  unsupported-algorithm        not from Sinch
  future-timestamp             ingest's clock is behind, where SINCH_REPLAY_POLICY is reject
  stale-timestamp              an old one, where SINCH_REPLAY_POLICY is reject
`;

/** `callbacks rejected …` */
export function addRejectedCommand(program: Command, host: Host): void {
  const rejected = program
    .command('rejected')
    .summary('list and recheck callbacks that failed verification')
    .description(
      'Callbacks that were answered 401 are kept for a week, as many as there is room for. Sinch ' +
        'does not send them again: once the secret is right, recheck them.',
    )
    .addHelpText('after', causesHelp);
  addList(rejected, host);
  addShow(rejected, host);
  addRecheck(rejected, host);
}

const listHelp = `
Nothing of a body is shown. Exits 0 whether there are some or not.

With --json: {total, callbacks: [{id, cause, receivedAt, bodyBytes, isBodyKept, timestamp, nonce}],
next}, where next is what --after takes, or null.

Examples:
  $ callbacks rejected list
  $ callbacks rejected list --json | jq --raw-output '.callbacks[].cause' | sort | uniq --count
`;

function addList(rejected: Command, host: Host): void {
  rejected
    .command('list')
    .description('List rejected callbacks as they came, the oldest first, a page at a time.')
    .option('--limit <n>', 'how many', wholeNumber(1, maxPage), defaultPage)
    .option('--after <id>', 'the page after this id')
    .addHelpText('after', listHelp)
    .action(async (options: ListOptions, command: Command) => {
      await host.run(command, (session) => listRejected(session, options));
    });
}

const showHelp = `
Exits 1 when no rejected callback has this id.
`;

function addShow(rejected: Command, host: Host): void {
  rejected
    .command('show')
    .description('Show one rejected callback with its signature headers.')
    .argument('<id>', 'its id')
    .option(
      '--body',
      'show the body too; it may hold personal data, and the sender is not verified',
    )
    .addHelpText('after', showHelp)
    .action(async (id: string, options: ShowOptions, command: Command) => {
      await host.run(command, (session) => showRejected(session, id, options));
    });
}

async function listRejected(session: Session, options: ListOptions): Promise<ExitCode> {
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

/** Prepares a rejected callback for JSON, without its body and its signature. */
function rejectedFacts({ id, cause, receivedAt, headers, bodyBytes, rawBody }: KeptCallback) {
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

async function showRejected(session: Session, id: string, options: ShowOptions): Promise<ExitCode> {
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
