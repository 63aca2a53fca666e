import type { Database } from '../database.ts';
import { whileAvailable } from '../failure.ts';

/** The dead letters that are not settled yet. */
export interface OpenLetters {
  readonly count: number;
  /** When the one that is open for the longest time died; absent where there is none. */
  readonly oldestDeadAt: Date | undefined;
}

/** @throws DatabaseUnavailableError when the database cannot be used. */
export async function measureOpenLetters({ prisma }: Database): Promise<OpenLetters> {
  const { _count, _min } = await whileAvailable(() =>
    prisma.deadLetter.aggregate({
      where: { resolvedAt: null },
      _count: true,
      _min: { deadAt: true },
    }),
  );
  return { count: _count, oldestDeadAt: _min.deadAt ?? undefined };
}
