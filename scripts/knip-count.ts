import type { ReporterOptions } from 'knip';

/** Prints the number of examined files: without problems, knip itself prints nothing. */
export default function reportCount({ counters }: ReporterOptions): void {
  console.log(`Examined ${counters.total} files`);
}
