/**
 * `pnpm chaos`: breaks the whole stack again and again while callbacks flow, and checks that it
 * loses and doubles nothing. Progress goes to stderr; stdout has only the result.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertBuilt, createCleanup, openStopSignal } from '@sinch-callbacks/dev-env/stack';
import { type ChaosOptions, commandOf, readOptions } from './chaos/read-options.ts';
import { describeReport } from './chaos/report.ts';
import { runChaos } from './chaos/run-chaos.ts';

const exitCodes = { ok: 0, failed: 1, badUsage: 2, interrupted: 130 } as const;

const reading = readOptions(process.argv.slice(2));
switch (reading.kind) {
  case 'help':
    console.log(reading.text);
    break;
  case 'bad-usage':
    console.error(`${reading.problem}\nTry: pnpm chaos --help`);
    process.exitCode = exitCodes.badUsage;
    break;
  case 'options':
    // A start that is still in progress must not go on; its processes end with this one.
    process.exit(await main(reading.options));
}

async function main(options: ChaosOptions): Promise<number> {
  const stopSignal = openStopSignal();
  const cleanup = createCleanup((problem) => console.error(problem));
  const directory = await mkdtemp(join(tmpdir(), 'sinch-callbacks-chaos-'));
  let exitCode: number = exitCodes.failed;
  try {
    const stopped = Promise.withResolvers<number>();
    stopSignal.addEventListener('abort', () => stopped.resolve(exitCodes.interrupted));
    exitCode = await Promise.race([stopped.promise, run(options, directory, cleanup, stopSignal)]);
  } catch (error) {
    console.error(error);
  }
  if (stopSignal.aborted) console.error('Stopping…');
  await cleanup.closeAll();
  const isKept = options.keep || exitCode === exitCodes.failed;
  if (isKept) console.error(`Data and logs are kept in ${directory}`);
  else await rm(directory, { recursive: true, force: true });
  if (exitCode === exitCodes.failed) console.error(`To repeat it: ${commandOf(options)}`);
  return exitCode;
}

async function run(
  options: ChaosOptions,
  directory: string,
  cleanup: ReturnType<typeof createCleanup>,
  signal: AbortSignal,
): Promise<number> {
  await assertBuilt();
  const startedAt = performance.now();
  const onProgress = (text: string) => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(7);
    console.error(`${seconds} s  ${text}`);
  };
  const report = await runChaos({ options, directory, cleanup, signal, onProgress });
  const table = describeReport(report).join('\n');
  if (options.json) {
    console.error(table);
    console.log(JSON.stringify(report));
  } else {
    console.log(table);
  }
  return report.ok ? exitCodes.ok : exitCodes.failed;
}
