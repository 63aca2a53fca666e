/**
 * `npm start`: the whole stack on this machine, a burst of signed callbacks through it, and what
 * became of them. scripts/bootstrap.mjs installs and builds first, and then runs this.
 */
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
import { describeStack } from './start/describe-stack.ts';
import { sendBurst } from './start/send-burst.ts';

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
const paths = stackPaths(values.dir);
const cleanup = createCleanup((problem) => console.error(problem));
const told = openStopSignal();
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
await cleanup.closeAll();
if (told.aborted) console.log('Stopped. Nothing is left running.');
// Whatever was still being opened when the end came must not go on; its starter's end ends it.
process.exit(exitCode);

/** Resolves with the exit code after the check, or stays up until somebody stops it. */
async function run(): Promise<number> {
  cleanup.add('start.pid', await takeRunLock(paths));
  const stack = await openStack(paths, cleanup, {
    step,
    advise: (text) => console.log(text),
    onEnd: (problem) => wholeRun.reject(new Error(problem)),
  });
  const isSound = await exercise(stack);
  if (values.once) return isSound ? 0 : 1;
  isUp = true;
  console.log('\nEverything is up. Ctrl-C stops it.\n');
  console.log(describeStack(stack, paths).join('\n'));
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
