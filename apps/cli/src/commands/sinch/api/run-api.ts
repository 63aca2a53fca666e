import {
  type ApiRequestFacts,
  type SinchApi,
  type SinchApiOptions,
  sinchVariablesOf,
  startSinchApi,
} from '@sinch-callbacks/simulator/api';
import { type ExitCode, exitCodes } from '../../../exit-codes.ts';
import { UsageError } from '../../../failure.ts';
import type { Session } from '../../../session.ts';
import { counted, oneLine } from '../../../terminal/format.ts';
import { listenForStop } from '../../../terminal/stop-signal.ts';
import { deliveryOf, type SinchCommandOptions } from '../sinch-options.ts';

/** Runs Sinch's API till Ctrl-C or SIGTERM. */
export async function runApi(
  { terminal, io }: Session,
  options: SinchCommandOptions,
): Promise<ExitCode> {
  const stop = listenForStop();
  try {
    const api = await openApi(options, (request) => terminal.print(describeRequest(request)));
    try {
      const say = (line: string) => (terminal.isJson ? terminal.note(line) : terminal.print(line));
      say(`Sinch's API runs at ${api.url} (seed ${api.seed}); Ctrl-C stops it. Its variables:`);
      for (const line of variablesOf(api)) say(`  ${line}`);
      await stopped(stop.signal);
      const { phones, callbacks, requests } = api.truth();
      const messages = Object.values(phones).flat().length;
      const counts = { phones: Object.keys(phones).length, messages };
      terminal.document({ url: api.url, seed: api.seed, requests, callbacks, ...counts });
      io.stderr.write(
        `${counted(messages, 'message')} to ${counted(counts.phones, 'phone')}, ` +
          `${callbacks.acknowledged} of ${counted(callbacks.offered, 'callback')} acknowledged\n`,
      );
      return exitCodes.ok;
    } finally {
      await api.close();
    }
  } finally {
    stop.close();
  }
}

async function openApi(
  options: SinchCommandOptions,
  onRequest: (request: ApiRequestFacts) => void,
): Promise<SinchApi> {
  try {
    return await startSinchApi({ ...apiOptions(options), onRequest });
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message, { cause: error });
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new UsageError(`port ${options.port} is in use`, { cause: error });
    }
    throw error;
  }
}

function apiOptions(options: SinchCommandOptions): SinchApiOptions {
  return {
    port: options.port,
    ...(options.seed !== undefined && { seed: options.seed }),
    tokenSeconds: Math.ceil(options.tokenLifetime / 1_000),
    allowRemote: options.allowRemote ?? false,
    projects: [
      {
        apps: [
          {
            mode: options.appMode,
            dispatchRetentionDays: options.dispatchDays,
            persistsMessageStatus: options.persistStatus ?? false,
            outboundPerSecond: options.outboundRate,
          },
        ],
      },
    ],
    faults: {
      lostAnswers: options.lostAnswers / 100,
      hangs: options.hangs / 100,
      tooManyRequests: options.tooManyRequests / 100,
      unavailable: options.unavailable / 100,
      expiredTokens: options.expiredTokens / 100,
      reportsFirst: options.reportsFirst / 100,
      droppedCallbacks: options.dropped / 100,
    },
    outcomes: { failed: options.failed / 100 },
    delivery: deliveryOf(options),
  };
}

function variablesOf(api: SinchApi): string[] {
  return Object.entries(sinchVariablesOf(api)).map(([name, value]) => `${name}=${value}`);
}

function describeRequest({ method, path, result, tookMs }: ApiRequestFacts): string {
  return `${result}  ${oneLine(`${method} ${path}`, 160)}  ${Math.round(tookMs)} ms`;
}

async function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const stop = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => stop.resolve());
  await stop.promise;
}
