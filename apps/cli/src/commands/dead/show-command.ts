import { rawBodyBytes, rawBodyText } from '@sinch-callbacks/core';
import {
  type Database,
  type DeadLetter,
  findDeadLetter,
  findKeysByPrefix,
} from '@sinch-callbacks/db';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import {
  factLines,
  oneLine,
  plainText,
  showBytes,
  showInstant,
  tableLines,
} from '../../terminal/format.ts';

const showHelp = `
The beginning of a key, or of the 32 digits at its end, will do where only one begins so. Exits 1
when none does, or several.

Examples:
  $ callbacks dead show MESSAGE_DELIVERY.01JD….9f86d0…
  $ callbacks dead show 9f86d0
  $ callbacks dead show MESSAGE_DELIVERY.01JD….9f86d0… --json --body | jq --raw-output .event.rawBody.text
`;

/** `callbacks dead show` */
export function addShow(dead: Command, host: Host): void {
  dead
    .command('show')
    .summary('show one dead letter with its attempts')
    .description('Show why an event was given up: its reason, every attempt, and its facts.')
    .argument('<key>', 'its event key, or the beginning of it or of its digits')
    .option('--body', 'show the body too; it holds personal data')
    .addHelpText('after', showHelp)
    .action(async (key: string, options: ShowOptions, command: Command) => {
      await host.run(command, (session) => showLetter(session, key, options));
    });
}

interface ShowOptions {
  readonly body?: true;
}

async function showLetter(session: Session, key: string, options: ShowOptions): Promise<ExitCode> {
  const { terminal } = session;
  const withBody = options.body ?? false;
  const found = await session.withDatabase((database) => findByKey(database, key));
  if (found.kind !== 'found') {
    const { kind: code, message } = found;
    return reportProblem(session, code, message);
  }
  const { letter } = found;
  terminal.document(letterDocument(letter, withBody));
  for (const line of letterLines(letter)) terminal.print(line);
  if (withBody) terminal.print(`\nBody\n${plainText(rawBodyText(letter.event.rawBody))}`);
  return exitCodes.ok;
}

type Found =
  | { readonly kind: 'found'; readonly letter: DeadLetter }
  | { readonly kind: 'not-found' | 'ambiguous'; readonly message: string };

const shownKeys = 5;

/** Finds the letter with this key, or the only one whose key begins so. */
async function findByKey(database: Database, key: string): Promise<Found> {
  const exact = await findDeadLetter(database, key);
  if (exact) return { kind: 'found', letter: exact };
  const keys = key === '' ? [] : await findKeysByPrefix(database, key, shownKeys + 1);
  const [first] = keys;
  if (first !== undefined && keys.length > 1) {
    const several = keys.slice(0, shownKeys).map((one) => `  ${oneLine(one)}`);
    const more = keys.length > shownKeys ? ['  …'] : [];
    const list = [...several, ...more].join('\n');
    return { kind: 'ambiguous', message: `several dead letters begin so:\n${list}` };
  }
  const letter = first === undefined ? undefined : await findDeadLetter(database, first);
  if (letter) return { kind: 'found', letter };
  return { kind: 'not-found', message: 'no dead letter has this key, or one that begins so' };
}

/** Prepares the JSON document. The body holds personal data and is included on request only. */
function letterDocument({ event, ...letter }: DeadLetter, withBody: boolean): unknown {
  const { rawBody, signature: _, ...facts } = event;
  const bodyBytes = rawBodyBytes(rawBody).length;
  return { ...letter, event: { ...facts, bodyBytes, ...(withBody && { rawBody }) } };
}

function letterLines(letter: DeadLetter): string[] {
  const { event, resolvedAt, replayedAt } = letter;
  const facts = factLines({
    key: oneLine(letter.eventKey),
    trigger: event.trigger,
    app: letter.appId && oneLine(letter.appId),
    project: letter.projectId && oneLine(letter.projectId),
    entity: letter.entityId && oneLine(letter.entityId),
    received: event.receivedAt,
    body: showBytes(rawBodyBytes(event.rawBody).length),
    state: resolvedAt ? `${resolutionOf(letter)} ${showInstant(resolvedAt)}` : 'open',
    replays: String(letter.replays),
    replayed: replayedAt && showInstant(replayedAt),
    'first failed': showInstant(letter.firstFailedAt),
    died: showInstant(letter.deadAt),
    class: letter.errorClass,
    fingerprint: letter.fingerprint,
    reason: oneLine(letter.errorMessage),
  });
  const rows = letter.history.map(({ replay, attempt, at, errorClass, message }) => [
    at,
    replay === 0 ? 'live' : `replay ${replay}`,
    String(attempt),
    errorClass,
    oneLine(message),
  ]);
  const attempts = tableLines(['AT', 'LANE', 'TRY', 'CLASS', 'MESSAGE'], rows);
  const stack = letter.stack === undefined ? [] : ['', 'Stack', plainText(letter.stack)];
  return [...facts, '', 'Attempts', ...attempts, ...stack];
}

function resolutionOf({ resolution }: DeadLetter): string {
  return (resolution ?? 'resolved').toLowerCase();
}
