import { usualFaults } from '@sinch-callbacks/simulator';
import { type Command, Option } from 'commander';
import { duration, durationForms, webAddress, wholeNumber } from '../../options/option-parsers.ts';

/** Limits of one run. The sender keeps in memory the key of each accepted event. */
export const limits = {
  callbacks: 1_000_000,
  ratePerSecond: 20_000,
  durationMs: 3_600_000,
  connections: 1_000,
} as const;

export const usualSpike = 5;

export interface LoadCommandOptions {
  readonly url?: string;
  readonly allowRemote?: true;
  readonly rate: number;
  readonly duration: number;
  readonly shape: 'steady' | 'spike' | 'ramp';
  readonly spike?: number;
  readonly connections: number;
  readonly duplicates: number;
  readonly seed?: string;
  readonly timeout: number;
  /** False with `--no-verify`. */
  readonly verify: boolean;
  readonly drainTimeout: number;
  readonly report?: string;
}

/** Adds the options and help of `callbacks load`. */
export function describeLoad(command: Command): Command {
  return command
    .summary('test under load: signed callbacks at a rate, latencies, and that none was lost')
    .description(
      'Send signed callbacks of new events at a rate, whether those before were answered or not, ' +
        'measure each from the moment at which it was due, and then check in the database that ' +
        'every accepted one was applied. The events are made up and stay in the database.',
    )
    .option('--url <address>', "the webhook (default: the running stack's)", webAddress)
    .option('--allow-remote', 'send to another machine than this one')
    .option('--rate <per second>', 'callbacks a second', wholeNumber(1, limits.ratePerSecond), 100)
    .addOption(
      new Option('--duration <time>', `send for so long: ${durationForms}`)
        .argParser(duration(100, limits.durationMs))
        .default(10_000, '10s'),
    )
    .addOption(
      new Option('--shape <shape>', 'how the rate goes over that time')
        .choices(['steady', 'spike', 'ramp'])
        .default('steady'),
    )
    .option(
      '--spike <times>',
      `with --shape spike: how many times the rate its burst is (default: ${usualSpike})`,
      wholeNumber(2, 100),
    )
    .option(
      '--connections <n>',
      'connections, each with one request under way at most',
      wholeNumber(1, limits.connections),
      64,
    )
    .option(
      '--duplicates <percent>',
      'events that are sent twice on purpose',
      wholeNumber(0, 100),
      usualFaults.duplicates * 100,
    )
    .option(
      '--seed <text>',
      'the same seed gives the same events, which must not be stored yet (default: a new one, printed)',
    )
    .addOption(
      new Option('--timeout <time>', 'wait so long for an answer')
        .argParser(duration(10, 120_000))
        .default(15_000, '15s'),
    )
    .addOption(
      new Option('--drain-timeout <time>', 'after the last answer, wait so long for the rows')
        .argParser(duration(0, limits.durationMs))
        .default(60_000, '60s'),
    )
    .option('--no-verify', 'send and measure alone; the database is not read')
    .option('--report <file.html>', 'write a page with charts, which needs nothing beside it')
    .addHelpText('after', helpAfter);
}

const inEnglish = (count: number) => count.toLocaleString('en');

const helpAfter = `
Shapes: steady keeps the rate; spike multiplies it in the middle third; ramp goes from nothing to
the rate in a straight line. Each callback is due at a moment that only the shape decides. Its
latency counts from there, so that a receiver which stalls is charged for everything that had to
wait meanwhile, also for what waits because all --connections are taken; what is never answered
counts with the time it waited. Service time counts from the sending. Nothing is sent a second time
after a refusal: Sinch would, see callbacks sinch.

If the sender itself is late, because this machine is busy, it says so: then lower the rate or send
from another machine.

Afterwards the accepted events are looked up in DATABASE_URL, and what is missing there on the
queue (REDIS_URL): "queued" still waits for a worker, "lost" is nowhere. Ctrl-C ends the sending
and goes on to that; a second one quits.

Exits 0 when something was accepted, nothing was refused for good (that is any answer but 2xx, 429
and 5xx), and every accepted event was found applied, or kept as of an unknown kind. Exits 1 when
one was lost, is dead, or was still queued at the end. Exits 2 before anything is sent, also when
there is no database to verify in and no --no-verify. Exits 3 when database or queue could not be
read.

At most ${inEnglish(limits.callbacks)} callbacks, ${inEnglish(limits.ratePerSecond)} a second, ${limits.durationMs / 3_600_000} hour.

With --json: {ok, ended, seed, url, startedAt, shape, spike, rate, durationSeconds, connections,
duplicates, due, sent, heldBack, neverSent, accepted, acceptedEvents, duplicatesAbsorbed, refused:
{status: count}, unanswered: {timeout, unreachable}, lastFailure, verified, applied, unhandled,
dead, queued, lost, unknown, withoutStatusRow, lostKeys, receivedToRow, drainSeconds, problem,
latency, service, sender: {lag, busiest, keptUp}, series: [{second, scheduledPerSecond,
sentPerSecond, answeredPerSecond, latency, queueDepth}]}. "ended" is finished or interrupted,
"verified" is complete, incomplete, failed or skipped, and with the last one what is only known by
looking is absent. "accepted" counts callbacks, copies included; acceptedEvents, and all that is
looked up, events. Latencies are {count, meanMs, p50Ms, p90Ms, p95Ms, p99Ms, p999Ms, maxMs}.

Examples:
  $ callbacks load                                        100 a second for 10 s, to the running stack
  $ callbacks load --rate 500 --duration 1m --report load.html
  $ callbacks load --shape spike --spike 10 --duration 30s   ten times as much for 10 s
  $ callbacks load --shape ramp --rate 2000 --duration 1m   at which rate does it slow down?
  $ callbacks --json load --no-verify                     for scripts, without a database
`;
