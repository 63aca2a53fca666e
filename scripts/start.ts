/**
 * `npm start`: the whole stack on this machine, a burst of signed callbacks through it, and what
 * became of them. scripts/bootstrap.mjs installs and builds first, and then runs this.
 */
import { parseArgs } from 'node:util';
import { step } from './bootstrap/steps.mjs';
import { createClosers } from './start/closers.ts';
import { describeBurst, findProblems } from './start/describe-burst.ts';
import { describeStack } from './start/describe-stack.ts';
import { openStack } from './start/open-stack.ts';
import { placesIn } from './start/places.ts';
import { takeRunLock } from './start/run-lock.ts';
import { sendBurst } from './start/send-burst.ts';
import type { Stack } from './start/stack-file.ts';
import { whenToldToStop } from './start/when-told-to-stop.ts';

const { values } = parseArgs({
  options: {
    /** End after the check, with 0 or 1. */
    once: { type: 'boolean', default: false },
    /** How many messages live through the burst; each causes a few callbacks. */
    messages: { type: 'string', default: '400' },
    /** Keep everything in this folder, as a stack of its own. */
    dir: { type: 'string' },
  },
});
const places = placesIn(values.dir);
const closers = createClosers((problem) => console.error(problem));
const told = whenToldToStop();
const wholeRun = Promise.withResolvers<number>();

let isUp = false;
const interrupted = 130;

told.addEventListener('abort', () => wholeRun.resolve(isUp ? 0 : interrupted));
run().then(wholeRun.resolve, wholeRun.reject);

let exitCode = 1;
try {
  exitCode = await wholeRun.promise;
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
}
if (told.aborted) console.log('\nStopping…');
await closers.closeAll();
if (told.aborted) console.log('Stopped. Nothing is left running.');
// Whatever was still being opened when the end came must not go on; its starter's end ends it.
process.exit(exitCode);

/** Resolves with the exit code after the check, or stays up until somebody stops it. */
async function run(): Promise<number> {
  closers.add('start.pid', await takeRunLock(places));
  const stack = await openStack(places, closers, (problem) => wholeRun.reject(new Error(problem)));
  const isSound = await exercise(stack);
  if (values.once) return isSound ? 0 : 1;
  isUp = true;
  console.log('\nEverything is up. Ctrl-C stops it.\n');
  console.log(describeStack(stack, places).join('\n'));
  return new Promise(() => {});
}

/** Sends the burst, prints the table and says whether it came out as it must. */
async function exercise({ ingestUrl, databaseUrl, webhookSecret }: Stack): Promise<boolean> {
  const webhookUrl = `${ingestUrl}/api/sinch/webhook`;
  const messages = Number(values.messages);
  const target = { webhookUrl, databaseUrl, webhookSecret, messages, signal: told };
  const result = await step('burst', (note) => sendBurst(target, note));
  console.log(`\n${describeBurst(result).join('\n')}`);
  const problems = findProblems(result);
  for (const problem of problems) console.error(`Not as it must be: ${problem}.`);
  return problems.length === 0;
}
