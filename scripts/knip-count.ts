import type { ReporterOptions } from 'knip';

/** A knip reporter that says how many files were examined: knip is silent when all is well. */
export default function reportCount({ counters }: ReporterOptions): void {
  console.log(`Examined ${counters.total} files`);
}
