/**
 * `npm start`: starts the whole stack on this machine, sends a burst of signed callbacks through
 * it and a message out of it, and counts the result. scripts/bootstrap.mjs installs and builds
 * first, then runs this. `pnpm dev` runs it with --watch, without a build.
 */
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import {
  createCleanup,
  openStack,
  openStopSignal,
  type Stack,
  stackPaths,
  takeRunLock,
} from '@sinch-callbacks/dev-env/stack';
import { step } from './bootstrap/steps.mjs';
import { describeBurst, findProblems } from './start/describe-burst.ts';
import { sendBurst } from './start/send-burst.ts';
import { sendMessage } from './start/send-message.ts';

const { values } = parseArgs({
  options: {
    /** Exits after the check, with 0 or 1. */
    once: { type: 'boolean', default: false },
    /** The number of messages of the burst; each causes a few callbacks. */
    messages: { type: 'string', default: '400' },
    /** A folder for a separate stack, which then keeps everything there. */
    dir: { type: 'string' },
    /** Ingest and worker follow changes of their sources: `pnpm dev`. */
    watch: { type: 'boolean', default: false },
  },
});
const paths = stackPaths(values.dir);
const cleanup = createCleanup((problem) => console.error(problem));
const stopSignal = openStopSignal();
const wholeRun = Promise.withResolvers<number>();

let isUp = false;
const interrupted = 130;

stopSignal.addEventListener('abort', () => wholeRun.resolve(isUp ? 0 : interrupted));
run().then(wholeRun.resolve, wholeRun.reject);

let exitCode = 1;
try {
  exitCode = await wholeRun.promise;
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
}
if (stopSignal.aborted) console.log('\nStopping…');
await cleanup.closeAll();
if (stopSignal.aborted) console.log('Stopped. Nothing is left running.');
// A start that is still in progress must not go on; its processes end with this one.
process.exit(exitCode);

/** Resolves with the exit code after the check, or never: then a signal ends the stack. */
async function run(): Promise<number> {
  cleanup.add('start.pid', await takeRunLock(paths));
  const reporter = {
    step,
    advise: (text: string) => console.log(text),
    onEnd: (problem: string) => wholeRun.reject(new Error(problem)),
  };
  const stack = await openStack(paths, cleanup, reporter, { isReloading: values.watch });
  const isSound = await exercise(stack);
  if (values.once) return isSound ? 0 : 1;
  isUp = true;
  const follows = values.watch ? ' and follows changes of the sources' : '';
  console.log(`\nEverything is up${follows}. Ctrl-C stops it.\n`);
  console.log(describeStack(stack).join('\n'));
  return new Promise(() => {});
}

/** Sends all and prints the table. @returns true when every count is as expected */
async function exercise(stack: Stack): Promise<boolean> {
  const { ingestUrl, databaseUrl, webhookSecret } = stack;
  const webhookUrl = `${ingestUrl}/api/sinch/webhook`;
  const messages = Number(values.messages);
  const target = { webhookUrl, databaseUrl, webhookSecret, messages, signal: stopSignal };
  const result = await step('burst', (note) => sendBurst(target, note));
  const message = await step('message', (note) => sendMessage({ stack, signal: stopSignal }, note));
  console.log(`\n${describeBurst(result, message).join('\n')}`);
  const problems = findProblems(result, message);
  for (const problem of problems) console.error(`Not as expected: ${problem}.`);
  return problems.length === 0;
}

/** Lists the addresses and files of the stack, and a command to try, line by line. */
function describeStack(stack: Stack): string[] {
  const { ingestUrl, adminUrl, handlersUrl, senderUrl, sinch, databaseUrl } = stack;
  const here = (path: string) => relative('.', path);
  return [
    `  webhook     ${ingestUrl}/api/sinch/webhook`,
    `  Bull Board  ${adminUrl}/queues`,
    `  handlers    ${handlersUrl}/readyz`,
    `  sender      ${senderUrl}/readyz`,
    `  Sinch API   ${sinch.SINCH_API_URL}/_truth, a local one`,
    `  database    ${databaseUrl}`,
    `  all of it   ${here(paths.stackFile)}`,
    `  logs        ${here(paths.logs)}`,
    '',
    'Send a signed callback, from another terminal:',
    '',
    '  npm run --silent callbacks -- send MESSAGE_INBOUND',
    '',
    'Send a message to a simulated phone, and wait for its reports:',
    '',
    '  npm run --silent callbacks -- messages send --to SMS:+15551234567 --text Hello --wait delivered',
    '',
    'docs/sinch-callbacks.md shows the first with openssl and curl.',
  ];
}
