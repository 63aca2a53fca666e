import { costPart } from './cost/cost-part.ts';
import { growthPart } from './growth/growth-part.ts';
import { ingestPart } from './ingest/ingest-part.ts';
import type { PartName } from './read-options.ts';
import { describeResults } from './report/describe-results.ts';
import { mergePart, type Results } from './report/merge-results.ts';
import type { Part, PartRun } from './report/part.ts';
import { readResults, writeResults } from './report/results-file.ts';
import { takeStock } from './report/take-stock.ts';
import { scalePart } from './scale/scale-part.ts';
import { endToEndPart } from './whole/end-to-end-part.ts';
import { workerPart } from './worker/worker-part.ts';

const parts: Record<PartName, Part> = {
  ingest: ingestPart,
  worker: workerPart,
  'end-to-end': endToEndPart,
  growth: growthPart,
  cost: costPart,
  scale: scalePart,
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
    onProgress(`${name} begins`);
    const result = await parts[name].run(run);
    const of = { options, measuredAt: new Date().toISOString(), ...stock };
    results = mergePart(results, name, of, result);
    await writeResults(resultsFile, results);
    console.table(result.summary);
  }
  if (results === undefined) throw new Error('no part was run');
  console.log(describeResults(results, stock.commit));
  return results.ratios;
}
