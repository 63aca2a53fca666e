import { type KnownTrigger, knownTriggers } from '@sinch-callbacks/core';
import { sampleCallbacks } from '@sinch-callbacks/simulator';
import { Argument, type Command } from 'commander';
import type { ExitCode } from '../../exit-codes.ts';
import { knownTrigger, moment, webAddress, wholeNumber } from '../../options/option-parsers.ts';
import { momentForms } from '../../options/parse-moment.ts';
import type { Host, Session } from '../../session.ts';
import { describeOrigins } from '../../settings/read-settings.ts';
import { requireSecret, requireUrl } from '../../settings/webhook-target.ts';
import { type BodyChoice, chooseBodies } from './choose-bodies.ts';
import { printAll, sendAll } from './send-all.ts';
import { createCallbackSender } from './send-callbacks.ts';

/** `callbacks send` */
export function addSendCommand(program: Command, host: Host, now: () => Date): void {
  describeSend(program.command('send'), now).action(
    async (trigger: KnownTrigger | undefined, options: SendOptions, command: Command) => {
      await host.run(command, (session) => send(session, trigger, options));
    },
  );
}

async function send(
  session: Session,
  trigger: KnownTrigger | undefined,
  options: SendOptions,
): Promise<ExitCode> {
  const { io, terminal } = session;
  const settings = await session.readSettings();
  const url = requireUrl(options.url, settings);
  const secret = requireSecret(settings);
  const { appId } = settings;
  const bodyAt = await chooseBodies({ ...options, trigger, appId }, io.stdin, io.now());
  const isTampered = options.tamper ?? false;
  const { timestamp, nonce } = options;
  const signing = { url: url.value, secret: secret.value, timestamp, nonce, isTampered };
  const sender = createCallbackSender(signing, io.now);
  const { count } = options;
  const plan = { url: url.value, bodyAt, count, isTampered, secretFrom: secret.from };
  terminal.note(`${url.value} (${describeOrigins({ address: url, secret })})`);
  return options.print ? printAll(sender, plan, terminal) : await sendAll(sender, plan, terminal);
}

interface SendOptions extends Omit<BodyChoice, 'trigger' | 'appId'> {
  readonly url?: string;
  readonly count: number;
  readonly timestamp?: Date;
  readonly nonce?: string;
  readonly tamper?: true;
  readonly print?: true;
}

const maxCount = 100_000;

/** Adds the arguments, options and help of `callbacks send`. */
function describeSend(command: Command, now: () => Date): Command {
  const timestamp = (text: string) =>
    /^\d{9,12}$/.test(text) ? new Date(Number(text) * 1000) : moment(now)(text);
  const trigger = new Argument('[trigger]', 'what to send a sample of (default: MESSAGE_INBOUND)');
  return command
    .summary('sign and send callbacks as Sinch does')
    .description(
      'Sign a sample of any trigger, or a body of your own, and send it as Sinch does. The secret ' +
        'is the first of SINCH_WEBHOOK_SECRET; it cannot be given here, where others could read it.',
    )
    .addArgument(trigger.argParser(knownTrigger))
    .option('--variant <name>', 'which sample of the trigger (listed below)')
    .option('--seed <text>', 'the same seed gives the same bytes, so sending twice is a duplicate')
    .option('--text <text>', 'the text of a sample MESSAGE_INBOUND')
    .option('--file <path>', "send this file's bytes as they are")
    .option('--body <text>', 'send this text as it is; - reads stdin')
    .option('--url <address>', "the webhook (default: the running stack's)", webAddress)
    .option(
      '--count <n>',
      'send so many, one after the other: samples differ, a body is repeated',
      wholeNumber(1, maxCount),
      1,
    )
    .option('--timestamp <when>', `sign as of then: Unix seconds, ${momentForms}`, timestamp)
    .option('--nonce <text>', 'sign with this nonce instead of a new one')
    .option('--tamper', 'change one bit after signing; then a 401 is what counts as success')
    .option('--print', 'print the curl command instead of sending')
    .addHelpText('after', helpAfter());
}

function helpAfter(): string {
  const width = Math.max(...knownTriggers.map((trigger) => trigger.length));
  const triggers = knownTriggers.map((trigger) => {
    const variants = Object.keys(sampleCallbacks[trigger]).join(', ');
    return `  ${trigger.padEnd(width)}  ${variants}`;
  });
  return `
Exits 0 when every answer was 2xx, else 1.

With --json: {sent: [{eventKey, kind, status, answer, durationMs}], url, ok}; with --print:
{requests: [{eventKey, headers, body: {encoding, text}, curl}], url}.

Examples:
  $ callbacks send message_delivery --variant read
  $ callbacks send --seed demo && callbacks send --seed demo    the second changes nothing
  $ callbacks send MESSAGE_INBOUND --text STOP
  $ callbacks send --tamper                                     shows the 401
  $ callbacks send --timestamp 2d                               an old signature, as in a late retry
  $ callbacks send OPT_OUT --print --url https://example.com/api/sinch/webhook | sh
  $ jq -c . callback.json | callbacks send --body -

Triggers and their variants, the usual one first:
${triggers.join('\n')}
`;
}
