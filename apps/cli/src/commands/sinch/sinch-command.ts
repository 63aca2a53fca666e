import { isLoopback } from '@sinch-callbacks/core';
import {
  planTraffic,
  type SinchOptions,
  startSinch,
  type TrafficOptions,
} from '@sinch-callbacks/simulator';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import type { Host, Session } from '../../session.ts';
import { describeOrigins } from '../../settings/read-settings.ts';
import { requireSecrets, requireUrl } from '../../settings/webhook-target.ts';
import { requireMatchingOptions } from './api/api-options.ts';
import { runApi } from './api/run-api.ts';
import { newSeed, readSeed } from './choose-seed.ts';
import { explainLosses, isSound, reportSinch, watchSinch } from './report-sinch.ts';
import {
  deliveryOf,
  describeSinch,
  maxMessages,
  type SinchCommandOptions,
} from './sinch-options.ts';

const webhooks = 2;
const usualMessages = 100;
/** The average number of callbacks for a message, with contact events and copies. */
const callbacksPerMessage = 3.5;
/** The longest time from a message's start to its last callback. */
const lifetimeMs = 4 * 3_600_000;

/** `callbacks sinch`: planned traffic, or with `--api` an API whose clients make it. */
export function addSinchCommand(program: Command, host: Host): void {
  describeSinch(program.command('sinch')).action(
    async (options: SinchCommandOptions, command: Command) => {
      const isApi = options.api ?? false;
      requireMatchingOptions(command, isApi);
      await host.run(command, (session) =>
        isApi ? runApi(session, options) : simulateSinch(session, options),
      );
    },
  );
}

async function simulateSinch(session: Session, options: SinchCommandOptions): Promise<ExitCode> {
  const { terminal, io } = session;
  const settings = await session.readSettings();
  const url = requireUrl(options.url, settings);
  const secrets = requireSecrets(settings);
  if (!options.allowRemote && !isLoopback(new URL(url.value).hostname)) {
    throw new UsageError(`${url.value} is not this machine: --allow-remote sends there`);
  }
  const used = secrets.value.slice(0, webhooks);
  const traffic = trafficOptions(options, used.length, io.now());
  const offers = planTraffic(traffic);

  terminal.note(`${url.value} (${describeOrigins({ address: url, secrets })})`);
  terminal.note(
    `seed ${traffic.seed}: ${offers.length} callbacks around ${traffic.messages} messages`,
  );
  const startedAt = performance.now();
  const run = startSinch(offers, sinchOptions(options, url.value, used, traffic.seed));
  const ended = await watchSinch(run, options.limit, terminal);

  explainLosses(run.tally.counts(), secrets.from, terminal);
  const ok = isSound(run.tally.counts(), ended);
  const { compress, retrySignature } = options;
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const about = { seed: traffic.seed, url: url.value, retrySignature, compress };
  reportSinch(run.tally, { ...about, ended, seconds, ok }, options.keys ?? false, terminal);
  return ok ? exitCodes.ok : exitCodes.failed;
}

/** Spaces messages so that their callbacks come at the rate. */
function trafficOptions(options: SinchCommandOptions, secrets: number, now: Date): TrafficOptions {
  const { rate, compress, duration } = options;
  const spacingMs = (1_000 * callbacksPerMessage * compress) / rate;
  const messages =
    duration === undefined
      ? (options.messages ?? usualMessages)
      : Math.max(1, Math.round((duration * compress) / spacingMs));
  if (messages > maxMessages) {
    throw new UsageError(`${messages} messages are too many: at most ${maxMessages}`);
  }
  // Start far enough back that no event's time is in the future.
  const startAt = new Date(now.getTime() - messages * spacingMs - lifetimeMs);
  const seed = options.seed === undefined ? newSeed(startAt) : readSeed(options.seed);
  const faults = {
    duplicates: options.duplicates / 100,
    disorder: options.disorder / 100,
    late: options.late / 100,
  };
  return {
    seed: seed.text,
    startAt: seed.startAt,
    messages,
    spacingMs,
    webhooks: secrets,
    faults,
  };
}

function sinchOptions(
  options: SinchCommandOptions,
  url: string,
  secrets: readonly string[],
  seed: string,
): SinchOptions {
  return {
    url,
    secrets,
    seed,
    ...deliveryOf(options),
  };
}
