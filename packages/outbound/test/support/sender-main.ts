/**
 * A sender in a process of its own, which a test can kill. Its argument is its settings as JSON.
 */
import { openDatabase } from '@sinch-callbacks/db';
import { createSinchApi, type SinchApiOptions } from '@sinch-callbacks/sinch-api';
import { type SenderTimings, startSender } from '../../src/index.ts';

export interface SenderSettings {
  readonly databaseUrl: string;
  readonly appId: string;
  readonly perSecond: number;
  readonly api: SinchApiOptions;
  readonly timings: SenderTimings;
}

const settings = JSON.parse(process.argv[2] ?? '') as SenderSettings;
const database = openDatabase({ url: settings.databaseUrl, poolSize: 10 });
const api = createSinchApi(settings.api);
const complain = (error: unknown) => process.stderr.write(`${String(error)}\n`);
const ignore = () => undefined;
const sender = startSender({
  ...settings,
  database,
  api,
  events: {
    sent: ignore,
    appFailed: complain,
    appRead: ignore,
    paused: ignore,
    holdersLost: ignore,
    found: ignore,
    expired: ignore,
    resent: ignore,
    databaseFailed: complain,
    databaseAnswered: ignore,
    failed: complain,
  },
});
process.on('SIGTERM', () => {
  void sender.stop().then(async () => {
    await Promise.all([api.close(), database.close()]);
    process.exit(0);
  });
});
