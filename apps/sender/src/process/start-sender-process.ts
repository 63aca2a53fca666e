import { parseSenderConfig, readConfig } from '@sinch-callbacks/config';
import { createErasureKeys, openDatabase } from '@sinch-callbacks/db';
import { defaultSenderTimings, type SenderTimings, startSender } from '@sinch-callbacks/outbound';
import { createSinchApi } from '@sinch-callbacks/sinch-api';
import {
  createLogger,
  defaultOutageTimings,
  explainStart,
  processFailed,
  senderStarted,
  senderStopped,
  trackDependency,
} from '@sinch-callbacks/telemetry';
import { createSenderMetrics } from '@sinch-callbacks/telemetry/sender-metrics';
import { senderEventsOf } from './sender-events.ts';
import { startSenderServer } from './sender-server.ts';
import { watchMessages } from './watch-messages.ts';

/**
 * Runs a sender for as long as the process lives: it sends the messages of one app. A start that
 * fails ends it, with one line that says why.
 * @param timings others, for tests in which minutes must pass in seconds.
 */
export async function startSenderProcess(
  timings: SenderTimings = defaultSenderTimings,
): Promise<void> {
  try {
    await runProcess(timings);
  } catch (error) {
    process.stderr.write(`${explainStart(error, addressVariables)}\n`);
    process.exit(1);
  }
}

const addressVariables = { host: 'SENDER_HOST', port: 'SENDER_PORT' };

async function runProcess(timings: SenderTimings): Promise<void> {
  const config = readConfig(parseSenderConfig);
  const { sinch, perSecond } = config;
  const { appId } = sinch;
  const logger = createLogger({ name: 'sender', level: config.logLevel });
  const metrics = createSenderMetrics();
  const database = openDatabase({ url: config.databaseUrl });
  const outage = trackDependency(logger, 'database', defaultOutageTimings);
  const api = createSinchApi({ ...sinch, onRequest: (request) => metrics.requestEnded(request) });
  const events = senderEventsOf(logger, metrics, outage);
  const erasureKeys =
    config.erasureKey === undefined ? undefined : createErasureKeys(config.erasureKey);
  const sender = startSender({ database, api, appId, perSecond, events, timings, erasureKeys });
  const messages = watchMessages(database, appId, metrics);
  const server = await startSenderServer({ ...config, database, sender, outage, metrics });
  senderStarted(logger, { senderUrl: server.url, appId, perSecond });
  process.once('uncaughtException', (error) => {
    processFailed(logger, error);
    process.exit(1);
  });

  let stopping: Promise<void> | undefined;
  const stop = async (signal: NodeJS.Signals) => {
    const startedAt = performance.now();
    messages.stop();
    await sender.stop();
    await Promise.all([api.close(), server.close()]);
    await database.close();
    senderStopped(logger, { signal, durationMs: Math.round(performance.now() - startedAt) });
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      stopping ??= stop(signal);
    });
  }
}
