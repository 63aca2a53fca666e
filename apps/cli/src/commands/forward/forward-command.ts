import { type ForwardTarget, findTargetProblem } from '@sinch-callbacks/handlers';
import { type Command, Option } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { eventTrigger, moment, nonEmpty, webAddress } from '../../options/option-parsers.ts';
import { momentForms } from '../../options/parse-moment.ts';
import { endAfterFailure, type Host, type Session } from '../../session.ts';
import { type ForwardReport, openForwardReport } from './forward-report.ts';
import { maxUnansweredInARow, type SendingEnd, sendStored } from './send-stored.ts';

interface ForwardOptions {
  readonly to: string;
  readonly since: Date;
  readonly until?: Date;
  readonly trigger?: string;
  readonly app?: string;
  readonly as: 'standard' | 'sinch';
}

const help = `
Each stored callback is sent once, the oldest first, with its exact bytes. The receiver may be on
this machine, or behind https. Redirects are not followed, and an answer has 15 seconds.

It is signed as Sinch signs, with the first secret of SINCH_WEBHOOK_SECRET, so that a receiver of
Sinch's callbacks takes it unchanged. --as standard signs after Standard Webhooks, with the secret
(whsec_…) in FORWARD_SECRET. To send on what comes from now on, use forward() in a handler:
docs/write-a-handler.md.

Its webhook-id is the same each time, so that a receiver can drop what an interrupted run had sent it
before. A receiver that has not answered ${maxUnansweredInARow} times in a row ends the run.

Exits 0 when every answer was 2xx, else 1; 3 when the database cannot be reached.

With --json: {sent: [{eventKey, status, error}], counts: {accepted, refused}, error: {code, message}}.

Examples:
  $ callbacks forward --to http://localhost:4000/hook --since 1h
  $ callbacks forward --to https://billing.example.com/sinch --since 2026-11-23 --trigger OPT_OUT
`;

/** `callbacks forward` */
export function addForwardCommand(program: Command, host: Host, now: () => Date): void {
  program
    .command('forward')
    .summary('send stored callbacks to a receiver of yours, or to a laptop')
    .description('Send stored callbacks on, signed, with their exact bytes.')
    .requiredOption('--to <url>', 'the receiver', webAddress)
    .requiredOption('--since <when>', `received then or later: ${momentForms}`, moment(now))
    .option('--until <when>', 'received before', moment(now))
    .option('--trigger <trigger>', 'only those of this trigger', eventTrigger)
    .option('--app <id>', 'only those of this app', nonEmpty)
    .addOption(
      new Option('--as <form>', 'how it is signed').choices(['sinch', 'standard']).default('sinch'),
    )
    .addHelpText('after', help)
    .action(async (options: ForwardOptions, command: Command) => {
      await host.run(command, (session) => forwardAll(session, options));
    });
}

async function forwardAll(session: Session, options: ForwardOptions): Promise<ExitCode> {
  const { terminal } = session;
  const target = await targetOf(session, options);
  const filter = {
    receivedSince: options.since,
    receivedUntil: options.until,
    triggers: options.trigger === undefined ? undefined : [options.trigger],
    appId: options.app,
  };
  const report = openForwardReport(terminal);
  let end: SendingEnd;
  try {
    end = await session.withDatabase((database) => sendStored(database, target, filter, report));
  } catch (error) {
    return endAfterFailure(session, error, report, {
      before: (summary) => `${summary}, and then:`,
    });
  }
  if (end.kind === 'silent') return reportSilence(session, end.from, report);
  report.end({});
  terminal.note(report.summary());
  return report.refused() === 0 ? exitCodes.ok : exitCodes.failed;
}

function reportSilence({ io, terminal }: Session, from: string, report: ForwardReport): ExitCode {
  const message =
    `the receiver has not answered ${maxUnansweredInARow} times in a row, so nothing more is ` +
    `sent; --since ${from} goes on there`;
  report.end({ error: { code: 'no-answer', message } });
  terminal.note(report.summary());
  io.stderr.write(`error: ${message}\n`);
  return exitCodes.failed;
}

/** @throws UsageError when the address or the secret cannot be used. It never quotes a secret. */
async function targetOf(session: Session, options: ForwardOptions): Promise<ForwardTarget> {
  const { to, as } = options;
  const settings = await session.readSettings();
  const secret = as === 'sinch' ? settings.secret?.value : settings.forwardSecret;
  if (secret === undefined) {
    const variable = as === 'sinch' ? 'SINCH_WEBHOOK_SECRET' : 'FORWARD_SECRET';
    throw new UsageError(`${variable} is not set: it signs what is sent`);
  }
  const target: ForwardTarget = { to, as, secrets: [secret] };
  const problem = findTargetProblem(target);
  if (problem !== undefined) throw new UsageError(problem);
  return target;
}
