import { readTypedIdentity } from '@sinch-callbacks/core';
import {
  findMessages,
  listMessages,
  type OutboundMessage,
  type OutboundState,
  outboundStates,
} from '@sinch-callbacks/outbound';
import { type Command, InvalidArgumentError } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { nonEmpty, wholeNumber } from '../../options/option-parsers.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import { addOutboundChanges } from './change-commands.ts';
import { outboundLines, outboundTable, withoutContent } from './outbound-lines.ts';

const maxListed = 10_000;
const defaultListed = 50;

const listHelp = `
The latest are first. Nothing that was written is shown. Exits 0 whether there are messages or not.

With --json: {messages: [{id, key, appId, state, attempts, createdAt, sinchMessageId, errorClass,
errorMessage, …}]}.

Examples:
  $ callbacks outbound list --state UNCERTAIN
  $ callbacks outbound list --to +15551234567
`;

const showHelp = `
Exits 1 when there is no such message.

Examples:
  $ callbacks outbound show order-7.shipped
  $ callbacks outbound show 6f9619ff-8b86-4011-b42d-00c04fc964ff --json
`;

/** `callbacks outbound` */
export function addOutboundCommand(program: Command, host: Host): void {
  const outbound = program
    .command('outbound')
    .description('Show messages that are to be sent, and settle those that only a person can.');
  outbound
    .command('list')
    .summary('list messages that we were asked to send')
    .description('List messages that we were asked to send, by state and recipient.')
    .option('--state <state...>', `any of ${outboundStates.join(', ')}`, stateList)
    .option('--to <number or contact>', 'those to a number, an identity or a contact id', nonEmpty)
    .option('--app <id>', 'those of an app', nonEmpty)
    .option('--limit <n>', 'how many', wholeNumber(1, maxListed), defaultListed)
    .addHelpText('after', listHelp)
    .action(async (options: ListOptions, command: Command) => {
      await host.run(command, (session) => list(session, options));
    });
  outbound
    .command('show')
    .summary('show a message, by its id, its key or the id that Sinch gave it')
    .description('Show a message that we were asked to send, and what became of it.')
    .argument('<id or key>', "the id of its row, its key, or Sinch's id")
    .addHelpText('after', showHelp)
    .action(async (text: string, _options: object, command: Command) => {
      await host.run(command, (session) => show(session, text));
    });
  addOutboundChanges(outbound, host);
}

interface ListOptions {
  readonly state?: readonly OutboundState[];
  readonly to?: string;
  readonly app?: string;
  readonly limit: number;
}

function stateList(text: string, before: readonly OutboundState[] = []): readonly OutboundState[] {
  const state = outboundStates.find((known) => known === text.toUpperCase());
  if (state !== undefined) return [...before, state];
  throw new InvalidArgumentError(`States are ${outboundStates.join(', ')}.`);
}

async function list(session: Session, options: ListOptions): Promise<ExitCode> {
  const { state: states, app: appId, limit, to } = options;
  const found = await session.withDatabase(async (database) => {
    const filter = { states, appId, limit };
    if (to === undefined) return await listMessages(database, filter);
    const { identities } = readTypedIdentity(to);
    const byIdentity = await listMessages(database, { ...filter, identities });
    if (byIdentity.length > 0) return byIdentity;
    return await listMessages(database, { ...filter, contactId: to });
  });
  const { terminal } = session;
  terminal.document({ messages: found.map(withoutContent) });
  if (found.length > 0) for (const line of outboundTable(found)) terminal.print(line);
  else terminal.note('none');
  return exitCodes.ok;
}

async function show(session: Session, text: string): Promise<ExitCode> {
  const { terminal } = session;
  const found = await session.withDatabase(
    async (database): Promise<readonly OutboundMessage[]> => await findMessages(database, text),
  );
  if (found.length === 0) {
    return reportProblem(session, 'not-found', 'no message has this id or key');
  }
  terminal.document({ messages: found.map(withoutContent) });
  for (const [index, message] of found.entries()) {
    if (index > 0) terminal.print('');
    for (const line of outboundLines(message)) terminal.print(line);
  }
  return exitCodes.ok;
}
