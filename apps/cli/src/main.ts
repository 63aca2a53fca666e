import { exitCodes } from './exit-codes.ts';
import { run } from './run.ts';

// `callbacks dead replay --all | head`: nobody reads on. It ends here, as in a crash, which is safe.
process.stdout.on('error', (error: Error & { code?: string }) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitCodes.failed);
});

const { stdin, stdout, stderr } = process;
process.exitCode = await run(process.argv.slice(2), {
  stdin,
  stdout,
  stderr,
  now: () => new Date(),
});
