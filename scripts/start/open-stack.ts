import { step } from '../bootstrap/steps.mjs';
import { startIngest, startWorker } from './apps.ts';
import type { Closers } from './closers.ts';
import { logFile } from './log-file.ts';
import { migrate } from './migrate.ts';
import type { Places } from './places.ts';
import type { RunningPart } from './running-part.ts';
import { openDatabase, openQueue } from './servers.ts';
import { clearAfterKilledRun, removeStackFile, type Stack, writeStackFile } from './stack-file.ts';
import { keptWebhookSecret } from './webhook-secret.ts';

const shownLines = 20;

/**
 * Opens the stack part by part, each added to `closers` as soon as it is there.
 * @param onEnd hears of a part that ended by itself, with its last lines.
 */
export async function openStack(
  places: Places,
  closers: Closers,
  onEnd: (problem: string) => void,
): Promise<Stack> {
  const keep = <Part extends RunningPart>(part: Part): Part => {
    closers.add(part.name, () => part.close());
    void part.ended.then((output) => {
      const lines = output.split('\n').slice(-shownLines).join('\n');
      onEnd(`${part.name} ended by itself. Its last lines:\n${lines}`);
    });
    return part;
  };
  const open = <Part extends RunningPart & { readonly note: string }>(
    title: string,
    start: () => Promise<Part>,
  ): Promise<Part> =>
    step(title, async (note) => {
      const part = keep(await start());
      note(part.note);
      return part;
    });

  await clearAfterKilledRun(places);
  const webhookSecret = await keptWebhookSecret(places);
  const { databaseUrl } = await open('postgres', () => openDatabase(places));
  const { redisUrl, advice } = await open('queue', () => openQueue(places));
  if (advice !== undefined) console.log(advice);
  const settings = { places, databaseUrl, redisUrl, webhookSecret };
  await step('migrations', () => migrate(settings, logFile(places, 'migrate')));
  const ingest = await open('ingest', () => startIngest(settings));
  const worker = await open('worker', () => startWorker(settings));

  const stack: Stack = {
    ingestUrl: ingest.url,
    adminUrl: worker.url,
    databaseUrl,
    queueUrl: redisUrl ?? databaseUrl,
    webhookSecret,
    pids: { start: process.pid, ingest: ingest.pid, worker: worker.pid },
  };
  closers.add('stack.json', () => removeStackFile(places));
  await writeStackFile(places, stack);
  return stack;
}
