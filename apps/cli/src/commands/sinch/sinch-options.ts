import { type RetrySignature, usualFaults, usualRetryRules } from '@sinch-callbacks/simulator';
import { type Command, Option } from 'commander';
import { duration, durationForms, webAddress, wholeNumber } from '../../options/option-parsers.ts';
import { type ApiCommandOptions, addApiOptions, apiHelp } from './api/api-options.ts';

export interface SinchCommandOptions extends ApiCommandOptions {
  readonly url?: string;
  readonly allowRemote?: true;
  readonly messages?: number;
  readonly duration?: number;
  readonly limit: number;
  readonly rate: number;
  readonly burst: number;
  readonly concurrency: number;
  readonly compress: number;
  readonly seed?: string;
  readonly retrySignature: RetrySignature;
  readonly duplicates: number;
  readonly disorder: number;
  readonly late: number;
  readonly timeout: number;
  readonly attempts: number;
  readonly backoffBase: number;
  readonly backoffMax: number;
  readonly keys?: true;
}

const secondMs = 1_000;
const hourMs = 3_600_000;
/** A plan is kept in memory: some 100 MB at most. */
export const maxMessages = 20_000;

/** Adds the options and help of `callbacks sinch`. */
export function describeSinch(command: Command): Command {
  const percent = wholeNumber(0, 100);
  const { baseMs, maxMs, attempts } = usualRetryRules;
  command
    .summary('simulate Sinch for a while: realistic traffic, by its delivery rules')
    .description(
      'Simulate a Conversation API app: messages and people on several channels, every trigger, ' +
        "and deliver their callbacks by Sinch's rules, with its faults. Signed with the first two of " +
        'SINCH_WEBHOOK_SECRET, which stand for two webhooks; the receiver must hold both.',
    )
    .option('--url <address>', "the webhook (default: the running stack's)", webAddress)
    .option('--allow-remote', 'send to another machine than this one')
    .addOption(
      new Option('--messages <n>', 'how many messages, with 3 or 4 callbacks each')
        .argParser(wholeNumber(1, maxMessages))
        .conflicts('duration'),
    )
    .option(
      '--duration <time>',
      `let messages begin for so long (default: 100 messages): ${durationForms}`,
      duration(secondMs, hourMs),
    )
    .addOption(
      new Option('--limit <time>', 'stop after so long, whatever is left')
        .argParser(duration(secondMs, 24 * hourMs))
        .default(600_000, '10m'),
    )
    .option(
      '--rate <n>',
      'callbacks a second that you get, retries included',
      wholeNumber(1, 10_000),
      25,
    )
    .option('--burst <n>', 'how many may come at once after a pause', wholeNumber(1, 10_000), 50)
    .option('--concurrency <n>', 'requests under way at once', wholeNumber(1, 200), 16)
    .option(
      '--compress <n>',
      "how many of Sinch's seconds pass in one: shrinks waits, not the rate",
      wholeNumber(1, 1_000_000),
      600,
    )
    .option(
      '--seed <text>',
      'with the same options, the same seed gives the same events (default: a new one, printed)',
    )
    .addOption(
      new Option('--retry-signature <how>', 'retries keep their signature, or get a new one')
        .choices(['keep', 'renew'])
        .default('keep'),
    )
    .option('--duplicates <percent>', 'delivered twice', percent, usualFaults.duplicates * 100)
    .option('--disorder <percent>', 'held back for seconds', percent, usualFaults.disorder * 100)
    .option('--late <percent>', 'held back for minutes or hours', percent, usualFaults.late * 100)
    .addOption(
      new Option('--timeout <time>', 'wait so long for an answer')
        .argParser(duration(10, 120_000))
        .default(15_000, '15s'),
    )
    .option('--attempts <n>', 'tries for each callback', wholeNumber(1, 50), attempts)
    .addOption(
      new Option('--backoff-base <time>', 'wait so long before the first retry, then ever doubling')
        .argParser(duration(1, 24 * hourMs))
        .default(baseMs, `${baseMs / secondMs}s`),
    )
    .addOption(
      new Option('--backoff-max <time>', 'wait never longer than this')
        .argParser(duration(1, 48 * hourMs))
        .default(maxMs, `${maxMs / secondMs}s`),
    )
    .option('--keys', 'list the keys of acknowledged and of missed events in the JSON document');
  return addApiOptions(command).addHelpText('after', helpAfter);
}

const helpAfter = `
Sinch's rules: 2xx is an acknowledgement; after 5xx, 429, a timeout or no connection it tries
again, later and later; any other answer loses the callback for good. Inbound and status callbacks
have queues of their own, so that neither waits for the other. --rate and --timeout are by your
clock; waits between tries, and between the events of a message, are by Sinch's, which --compress
makes faster.

Exits 0 when every callback was acknowledged, or you stopped it and none was missed till then, and
1 when one was lost or given up, or the time limit came first.

With --json: {acknowledgedKeys and missedKeys (with --keys), seed, url, retrySignature, compress,
ended, seconds, offered: {callbacks, events}, requests, retries, answers, acknowledged: {callbacks,
events, copies}, lost, givenUp, unfinished, lastFailure, ok}. "ended" is finished, time-limit or
interrupted. A missed event was lost or given up, and so was each of its copies.
${apiHelp}
Examples:
  $ callbacks sinch                                 100 messages to the running stack
  $ callbacks sinch --messages 1000 --rate 500      more, and faster
  $ callbacks sinch --duration 60s --compress 1     in real time; late ones stay unfinished
  $ callbacks sinch --late 30 --disorder 50         many late and out of order
  $ callbacks --json sinch --seed demo --keys       the same events each time
  $ callbacks sinch --api --port 4010               an API to send to, without an account
  $ callbacks sinch --api --lost-answers 20         one that loses answers
`;

/** The rules by which callbacks are delivered, as the options give them. */
export function deliveryOf({
  rate,
  burst,
  backoffBase,
  backoffMax,
  attempts,
  retrySignature,
  compress,
  concurrency,
  timeout,
}: SinchCommandOptions) {
  return {
    rate: { perSecond: rate, burst },
    retries: { baseMs: backoffBase, maxMs: backoffMax, attempts },
    retrySignature,
    compress,
    concurrency,
    timeoutMs: timeout,
  };
}
