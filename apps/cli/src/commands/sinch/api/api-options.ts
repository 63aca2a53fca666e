import { type Command, Option } from 'commander';
import { UsageError } from '../../../failure.ts';
import { duration, wholeNumber } from '../../../options/option-parsers.ts';

/** The options of `callbacks sinch --api`; the delivery of callbacks has those of `sinch`. */
export interface ApiCommandOptions {
  readonly api?: true;
  readonly port: number;
  readonly appMode: 'CONVERSATION' | 'DISPATCH';
  readonly dispatchDays: number;
  readonly persistStatus?: true;
  readonly outboundRate: number;
  readonly tokenLifetime: number;
  readonly lostAnswers: number;
  readonly hangs: number;
  readonly tooManyRequests: number;
  readonly unavailable: number;
  readonly expiredTokens: number;
  readonly reportsFirst: number;
  readonly dropped: number;
  readonly failed: number;
}

const trafficOptions = ['url', 'messages', 'duration', 'limit', 'keys']
  .concat(['duplicates', 'disorder', 'late'])
  .map((name) => [name, `--${name}`] as const);

/** Adds the options of `callbacks sinch --api`. */
export function addApiOptions(command: Command): Command {
  const percent = wholeNumber(0, 100);
  return command
    .option(
      '--api',
      "run Sinch's API on this machine instead, till Ctrl-C: send, and get callbacks",
    )
    .option('--port <n>', 'with --api: its port; 0 takes a free one', wholeNumber(0, 65_535), 0)
    .addOption(
      new Option('--app-mode <mode>', "with --api: the app's processing mode")
        .choices(['CONVERSATION', 'DISPATCH'])
        .default('DISPATCH'),
    )
    .option(
      '--dispatch-days <n>',
      'with --api: the days that a DISPATCH app lists its messages',
      wholeNumber(0, 7),
      0,
    )
    .option('--persist-status', 'with --api: listed messages have their status')
    .option(
      '--outbound-rate <n>',
      'with --api: messages a second to the channels',
      wholeNumber(1, 100_000),
      20,
    )
    .addOption(
      new Option('--token-lifetime <time>', 'with --api: the lifetime of OAuth tokens')
        .argParser(duration(1_000, 24 * 3_600_000))
        .default(3_600_000, '1h'),
    )
    .option('--lost-answers <percent>', 'with --api: carried out, then cut off', percent, 0)
    .option('--hangs <percent>', 'with --api: never answered; half are carried out', percent, 0)
    .option('--too-many-requests <percent>', 'with --api: answered 429', percent, 0)
    .option('--unavailable <percent>', 'with --api: answered 503', percent, 0)
    .option('--expired-tokens <percent>', 'with --api: the token expires, 401', percent, 0)
    .option('--reports-first <percent>', 'with --api: reported before the answer', percent, 0)
    .option('--dropped <percent>', 'with --api: callbacks that are never sent', percent, 0)
    .option('--failed <percent>', 'with --api: messages that end as FAILED', percent, 0);
}

/** Options that have no effect without `--api`. */
const ownOptions = ['port', 'appMode', 'dispatchDays', 'persistStatus', 'outboundRate']
  .concat(['tokenLifetime', 'lostAnswers', 'hangs', 'tooManyRequests', 'unavailable'])
  .concat(['expiredTokens', 'reportsFirst', 'dropped', 'failed']);

/** @throws UsageError for an option that has no effect, with or without `--api`. */
export function requireMatchingOptions(command: Command, isApi: boolean): void {
  const isGiven = (name: string) => command.getOptionValueSource(name) === 'cli';
  const useless = isApi
    ? trafficOptions.find(([name]) => isGiven(name))?.[1]
    : ownOptions.filter(isGiven).map(flagOf)[0];
  if (useless === undefined) return;
  throw new UsageError(
    isApi ? `${useless} is for planned traffic: not with --api` : `${useless} needs --api`,
  );
}

function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export const apiHelp = `
--api starts Sinch's API on loopback, by the rules that Sinch documents: OAuth, webhooks,
messages:send, the list of messages, and apps. It prints the variables to set, then a line for each
request. What is sent to it becomes the callbacks of that message, for the webhooks that are
registered. The same --seed has the same ids and keys. Two of its paths are not Sinch's:
GET /_truth shows what each phone received, and POST /_inbound {channel, identity, text} has a
person write.

With --api --json: {url, seed, requests, callbacks, phones, messages} once it is stopped.
`;
