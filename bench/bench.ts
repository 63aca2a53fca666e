/**
 * `pnpm bench`: measures our speed beside the alternatives. `--help` lists the options, and
 * bench/README.md explains how to read the results.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ingestBenchmark } from './ingest/ingest-benchmark.ts';
import { type BenchmarkName, type BenchOptions, readOptions } from './read-options.ts';
import type { Benchmark, BenchmarkRun } from './report/benchmark.ts';
import { describeMachine } from './report/describe-machine.ts';
import {
  describeResults,
  mergeBenchmark,
  type Results,
  readResults,
  writeResults,
} from './report/results.ts';
import { costBenchmark } from './system/cost-benchmark.ts';
import { endToEndBenchmark } from './system/end-to-end-benchmark.ts';
import { growthBenchmark } from './system/growth-benchmark.ts';
import { scaleBenchmark } from './system/scale-benchmark.ts';
import { workerBenchmark } from './worker/worker-benchmark.ts';

const exitCodes = { ok: 0, lost: 1, badUsage: 2, interrupted: 130 } as const;

const benchmarks: Record<BenchmarkName, Benchmark> = {
  ingest: ingestBenchmark,
  worker: workerBenchmark,
  'end-to-end': endToEndBenchmark,
  growth: growthBenchmark,
  cost: costBenchmark,
  scale: scaleBenchmark,
};

const reading = readOptions(process.argv.slice(2));
switch (reading.kind) {
  case 'help':
    console.log(reading.text);
    break;
  case 'bad-usage':
    console.error(`${reading.problem}\nTry: pnpm bench --help`);
    process.exitCode = exitCodes.badUsage;
    break;
  case 'options':
    // Exiting ends child processes that a failure or a signal has left.
    process.exit(await main(reading.options));
}

async function main(options: BenchOptions): Promise<number> {
  const interrupted = Promise.withResolvers<number>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => interrupted.resolve(exitCodes.interrupted));
  }
  const directory = await mkdtemp(join(tmpdir(), 'sinch-callbacks-bench-'));
  const startedAt = performance.now();
  const onProgress = (text: string) => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(7);
    console.error(`${seconds} s  ${text}`);
  };
  const file = options.out ?? (options.quick ? 'quick.json' : 'latest.json');
  const resultsFile = options.out ?? fileURLToPath(new URL(`results/${file}`, import.meta.url));
  try {
    const run = runBenchmarks({ options, directory, onProgress }, resultsFile);
    const ran = run.then(({ lost }) => (lost === 0 ? exitCodes.ok : exitCodes.lost));
    return await Promise.race([interrupted.promise, ran]);
  } catch (error) {
    console.error(error);
    return exitCodes.lost;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs the benchmarks one after the other, and writes the results file after each. */
async function runBenchmarks(run: BenchmarkRun, resultsFile: string): Promise<Results['ratios']> {
  const { options, onProgress } = run;
  const description = await describeMachine();
  let results = await readResults(resultsFile);
  for (const name of options.benchmarks) {
    onProgress(`${name} begins`);
    const result = await benchmarks[name].run(run);
    const context = { options, measuredAt: new Date().toISOString(), ...description };
    results = mergeBenchmark(results, name, context, result);
    await writeResults(resultsFile, results);
    console.table(result.summary);
  }
  if (results === undefined) throw new Error('no benchmark was run');
  console.log(describeResults(results, description.commit));
  return results.ratios;
}
