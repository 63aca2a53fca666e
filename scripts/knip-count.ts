import type { ReporterOptions } from 'knip';

/** A knip reporter that prints the number of examined files: without problems knip prints nothing. */
export default function reportCount({ counters }: ReporterOptions): void {
  console.log(`Examined ${counters.total} files`);
}
