import { redactText } from '@sinch-callbacks/telemetry';
import { exitCodes } from './exit-codes.ts';
import { run } from './run.ts';

// `callbacks dead replay --all | head`: the reader is gone. Exiting here is as safe as a crash.
process.stdout.on('error', (error: Error & { code?: string }) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.failed);
});

// Print the stack of an unforeseen error. Node would add the properties that a library sets on the
// error, such as the command with a job's whole data.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${redactText(error.stack ?? String(error))}\n`);
  process.exit(exitCodes.failed);
});

const { stdin, stdout, stderr } = process;
process.exitCode = await run(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  now: () => new Date(),
});

const exitWithinMs = 1_000;

// A tried handler may leave something open, such as a request without an answer. All output is
// written first.
stdout.write('', () => {
  setTimeout(() => process.exit(), exitWithinMs).unref();
});
