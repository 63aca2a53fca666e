import { ingestPart } from './ingest/ingest-part.ts';
import type { PartName } from './read-options.ts';
import { describeResults } from './report/describe-results.ts';
import { mergePart, type Results } from './report/merge-results.ts';
import type { Part, PartRun } from './report/part.ts';
import { readResults, writeResults } from './report/results-file.ts';
import { takeStock } from './report/take-stock.ts';
import { growthPart } from './growth/growth-part.ts';
import { workerPart } from './worker/worker-part.ts';

const parts: Partial<Record<PartName, Part>> = {
  growth: growthPart,
  ingest: ingestPart,
  worker: workerPart,
};

export interface BenchRun extends PartRun {
  readonly resultsFile: string;
}

/** Runs the parts one after the other, and writes the file after each. */
export async function runBench({ resultsFile, ...run }: BenchRun): Promise<Results['ratios']> {
  const { options, onProgress } = run;
  const stock = await takeStock();
  let results = await readResults(resultsFile);
  for (const name of options.parts) {
    const part = parts[name];
    if (part === undefined) continue;
    onProgress(`${name} begins`);
    const result = await part.run(run);
    const of = { options, measuredAt: new Date().toISOString(), ...stock };
    results = mergePart(results, name, of, result);
    await writeResults(resultsFile, results);
    console.table(result.summary);
  }
  if (results === undefined) throw new Error('no part was run');
  console.log(describeResults(results, stock.commit));
  return results.ratios;
}
