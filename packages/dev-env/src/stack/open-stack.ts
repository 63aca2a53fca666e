import { hash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { readIfExists } from '../processes/read-if-exists.ts';
import { migrate } from './app-processes.ts';
import type { Cleanup } from './cleanup.ts';
import { registerWebhook } from './local-sinch.ts';
import { logFile, type StackPaths } from './paths.ts';
import { clearAfterKilledRun, removeStackFile, type Stack, writeStackFile } from './stack-file.ts';
import {
  openDatabase,
  openQueue,
  type RunningPart,
  startHandlers,
  startIngest,
  startSender,
  startSinchApi,
  startWorker,
} from './stack-processes.ts';

const shownLines = 20;

/** Callbacks that show the progress of the start. */
export interface StartReporter {
  /** Runs one step with a title; `note` sets the text on its line. */
  step<T>(title: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>;
  /** Shows how to get a server that is missing on this machine. */
  advise(text: string): void;
  /** Called when a process of the stack exits unexpectedly, with its last lines. */
  onEnd(problem: string): void;
}

export interface StackOptions {
  /** Follows changes of the sources, and needs no build. */
  readonly isReloading?: boolean;
}

/** Starts the processes of the stack, and adds each to `cleanup` as soon as it runs. */
export async function openStack(
  paths: StackPaths,
  cleanup: Cleanup,
  reporter: StartReporter,
  { isReloading = false }: StackOptions = {},
): Promise<Stack> {
  const keep = <Part extends RunningPart>(part: Part): Part => {
    cleanup.add(part.name, () => part.close());
    void part.ended.then((output) => {
      const lines = output.split('\n').slice(-shownLines).join('\n');
      reporter.onEnd(`${part.name} exited unexpectedly. Its last lines:\n${lines}`);
    });
    return part;
  };
  const open = <Part extends RunningPart & { readonly note: string }>(
    title: string,
    start: () => Promise<Part>,
  ): Promise<Part> =>
    reporter.step(title, async (note) => {
      const part = keep(await start());
      note(part.note);
      return part;
    });

  await clearAfterKilledRun(paths);
  const webhookSecret = await keptSecret(paths.secret);
  const erasureKey = await keptSecret(paths.erasureKey);
  const { databaseUrl } = await open('postgres', () => openDatabase(paths));
  const { redisUrl, advice } = await open('queue', () => openQueue(paths));
  if (advice !== undefined) reporter.advise(advice);
  const settings = { paths, databaseUrl, redisUrl, webhookSecret, erasureKey, isReloading };
  await reporter.step('migrations', () => migrate(settings, logFile(paths, 'migrate')));
  const ingest = await open('ingest', () => startIngest(settings));
  const worker = await open('worker', () => startWorker(settings));
  const handlers = await open('handlers', () => startHandlers(settings));
  // The webhook's secret is kept with the data, and so are the app and its keys.
  const seed = hash('sha256', webhookSecret, 'hex').slice(0, 16);
  const sinch = await open('sinch', () => startSinchApi(paths, seed));
  await registerWebhook(sinch.variables, `${ingest.url}/api/sinch/webhook`, webhookSecret);
  const sender = await open('sender', () => startSender(settings, sinch.variables));

  const stack: Stack = {
    ingestUrl: ingest.url,
    adminUrl: worker.url,
    handlersUrl: handlers.url,
    senderUrl: sender.url,
    sinch: sinch.variables,
    databaseUrl,
    queueUrl: redisUrl ?? databaseUrl,
    webhookSecret,
    erasure: { key: erasureKey, logFile: paths.erasureLog },
    pids: {
      start: process.pid,
      ingest: ingest.pid,
      worker: worker.pid,
      handlers: handlers.pid,
      sender: sender.pid,
      sinch: sinch.pid,
    },
  };
  cleanup.add('stack.json', () => removeStackFile(paths));
  await writeStackFile(paths, stack);
  return stack;
}

/**
 * Reads a secret of this stack, or creates it once: a saved request must stay valid, and people who
 * were erased must be recognised.
 */
async function keptSecret(file: string): Promise<string> {
  const kept = await readIfExists(file);
  if (kept) return kept;
  const secret = randomBytes(24).toString('hex');
  await writeFile(file, secret, { mode: 0o600 });
  return secret;
}
