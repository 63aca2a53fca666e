import { randomUUID } from 'node:crypto';
import {
  type AwaitEnd,
  awaitMessage,
  type MessageToSend,
  type QueueOutcome,
  sendMessage,
} from '@sinch-callbacks/outbound';
import { type Command, Option } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { duration, nonEmpty } from '../../options/option-parsers.ts';
import { type Host, reportProblem, type Session } from '../../session.ts';
import { erasureKeysOf } from '../../settings/erasure-keys-of.ts';
import { oneLine, showInstant } from '../../terminal/format.ts';
import { readMessageText } from './read-message.ts';

interface SendOptions {
  readonly to?: string;
  readonly contact?: string;
  readonly text?: string;
  readonly message?: string;
  readonly key?: string;
  readonly app?: string;
  readonly metadata?: string;
  readonly allowOptedOut?: true;
  readonly within?: number;
  readonly onUncertain: 'hold' | 'resend';
  readonly wait?: 'sent' | 'delivered';
  readonly timeout: number;
}

const defaultTimeoutMs = 60_000;
const longestTimeoutMs = 3_600_000;
const longestWithinMs = 365 * 86_400_000;

const help = `
The message is queued, and the sender sends it. Without --key it gets a key of its own, so that the
same command again is another message; with --key it is the same one, and is sent once.

Sinch has no idempotency key. A message of which it is not known whether it was sent is held for a
person, unless --on-uncertain resend says that twice is better than never.

Exits 1 when nothing was queued: the recipient has opted out or was erased for ever, or another
message has the key. With --wait also when it was refused, when its delivery failed, and when the
time is over.

With --json: {kind, message: {id, key, state, …}, progress}.

Examples:
  $ callbacks messages send --to SMS:+15551234567 --text 'Order 7 has left.'
  $ callbacks messages send --to SMS:+15551234567 --text 'Order 7 has left.' --key order-7.shipped --wait delivered
  $ callbacks messages send --contact 01JDCONTACT --message card.json
`;

/** `callbacks messages send` */
export function addMessagesCommand(program: Command, host: Host): void {
  const messages = program.command('messages').description('Send messages.');
  messages
    .command('send')
    .summary('send a message, once')
    .description('Queue a message, which the sender sends once.')
    .option('--to <channel:identity>', 'its recipient, such as SMS:+15551234567', nonEmpty)
    .option('--contact <id>', 'its recipient, a contact', nonEmpty)
    .option('--text <text>', 'what it says', nonEmpty)
    .option('--message <file>', "a file with one of Sinch's kinds of message, as JSON; - is stdin")
    .option('--key <key>', 'your key: the same key with the same content is sent once', nonEmpty)
    .option('--app <id>', 'the app that sends it (SINCH_APP_ID)', nonEmpty)
    .option('--metadata <text>', 'message_metadata, which comes back in each report')
    .option('--allow-opted-out', 'send it although the recipient has opted out')
    .option(
      '--within <time>',
      'refuse it if it could not be sent for so long',
      duration(1, longestWithinMs),
    )
    .addOption(
      new Option('--on-uncertain <way>', 'where it is not known whether it was sent')
        .choices(['hold', 'resend'])
        .default('hold'),
    )
    .addOption(new Option('--wait <goal>', 'wait until then').choices(['sent', 'delivered']))
    .option(
      '--timeout <time>',
      'how long to wait at most',
      duration(1, longestTimeoutMs),
      defaultTimeoutMs,
    )
    .addHelpText('after', help)
    .action(async (options: SendOptions, command: Command) => {
      await host.run(command, (session) => send(session, options));
    });
}

async function send(session: Session, options: SendOptions): Promise<ExitCode> {
  const given = await messageOf(session, options);
  const keys = erasureKeysOf(await session.readSettings());
  return await session.withDatabase(async (database) => {
    const outcome = await sendMessage(database, given, keys);
    if (outcome.kind !== 'queued' && outcome.kind !== 'known')
      return reportRefusal(session, outcome);
    const { terminal } = session;
    const { request: _, ...message } = outcome.message;
    const how = outcome.kind === 'queued' ? 'queued' : `known, ${message.state}`;
    terminal.print(`${how} ${message.id}`);
    terminal.note(`key ${oneLine(message.key)}; callbacks outbound show ${message.id}`);
    if (options.wait === undefined) {
      terminal.document({ kind: outcome.kind, message });
      return exitCodes.ok;
    }
    const end = await awaitMessage(database, message.id, options.wait, options.timeout);
    terminal.document({ kind: outcome.kind, message, end: end.kind, progress: end.progress });
    terminal.print(endLine(end));
    return end.kind === 'reached' ? exitCodes.ok : exitCodes.failed;
  });
}

/** @throws UsageError when no message can be made of the options. */
async function messageOf(session: Session, options: SendOptions): Promise<MessageToSend> {
  const { key = `cli.${randomUUID()}`, metadata, onUncertain, allowOptedOut } = options;
  const appId = options.app ?? (await session.readSettings()).appId;
  if (appId === undefined) throw new UsageError('name the app: --app, or SINCH_APP_ID');
  return {
    key,
    appId,
    to: recipientOf(options),
    message: await readMessageText(session.io.stdin, options),
    settings: metadata === undefined ? {} : { message_metadata: metadata },
    allowOptedOut,
    sendWithinMs: options.within,
    onUncertain,
  };
}

function recipientOf({ to, contact }: SendOptions): MessageToSend['to'] {
  if ((to === undefined) === (contact === undefined)) {
    throw new UsageError('name one recipient: --to CHANNEL:identity, or --contact <id>');
  }
  if (contact !== undefined) return { contactId: contact };
  const [channel = '', ...identity] = (to ?? '').split(':');
  return `${channel.toUpperCase()}:${identity.join(':')}`;
}

function reportRefusal(
  session: Session,
  outcome: Exclude<QueueOutcome, { kind: 'queued' | 'known' }>,
): ExitCode {
  switch (outcome.kind) {
    case 'invalid':
      throw new UsageError(outcome.problem);
    case 'key-taken': {
      const { id, key } = outcome.message;
      const message = `another message has the key ${oneLine(key)}: callbacks outbound show ${id}`;
      return reportProblem(session, 'key-taken', message);
    }
    case 'erased': {
      const message = 'the recipient was erased for ever (callbacks erase --lift ends that)';
      return reportProblem(session, 'erased', message);
    }
    case 'opted-out': {
      const words = outcome.optOuts.map(
        ({ channel, identity, contactId, since }) =>
          `${channel} ${oneLine(identity ?? contactId ?? '')} opted out at ${showInstant(since)}`,
      );
      const advice = 'callbacks consent shows why, --allow-opted-out sends it nevertheless';
      return reportProblem(session, 'opted-out', `${words.join('; ')} (${advice})`);
    }
  }
}

function endLine({ kind, progress }: AwaitEnd): string {
  const { state, status, sinchMessageId, errorMessage, reasonCode } = progress;
  const reason = errorMessage ?? reasonCode;
  const late = kind === 'timed-out' ? 'after that time it is ' : '';
  return [
    `${late}${status ?? state}`,
    ...(sinchMessageId === null ? [] : [sinchMessageId]),
    ...(reason === null ? [] : [oneLine(reason)]),
  ].join('  ');
}
