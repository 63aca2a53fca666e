import { DatabaseUnavailableError } from '@sinch-callbacks/db';
import { QueueUnavailableError } from '@sinch-callbacks/queue';
import { ErasureLogError } from './erasure-lines.ts';

/** An erasure that failed among others. It has not ended. */
export interface FailedErasure {
  readonly id: string;
  readonly error: unknown;
}

/** The ends of several erasures. */
export interface EndsOf<Result> {
  readonly ended: readonly Result[];
  readonly failed: readonly FailedErasure[];
}

/**
 * Runs erasures one after the other. One that fails does not keep the others from their end.
 * @throws DatabaseUnavailableError, QueueUnavailableError or ErasureLogError at once: each of them
 *   would fail.
 */
export async function runEach<Erasure extends { readonly id: string }, Result>(
  erasures: readonly Erasure[],
  run: (erasure: Erasure) => Promise<Result>,
): Promise<EndsOf<Result>> {
  const ended: Result[] = [];
  const failed: FailedErasure[] = [];
  for (const erasure of erasures) {
    try {
      ended.push(await run(erasure));
    } catch (error) {
      if (concernsAll(error)) throw error;
      failed.push({ id: erasure.id, error });
    }
  }
  return { ended, failed };
}

function concernsAll(error: unknown): boolean {
  return [DatabaseUnavailableError, QueueUnavailableError, ErasureLogError].some(
    (kind) => error instanceof kind,
  );
}
