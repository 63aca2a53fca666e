import { createRandom, drawInteger, drawLog, type Random } from '@sinch-callbacks/simulator';
import { type FaultName, holdRanges } from './faults.ts';

/** One fault, with its start and its duration. */
export interface Round {
  /** The number of the round, from 1. */
  readonly number: number;
  readonly fault: FaultName;
  /** The index of the worker, handlers process or sender that a fault for one of them hits. */
  readonly victim: 0 | 1;
  /** The time from the first acknowledged callback of the round to the fault. */
  readonly leadMs: number;
  readonly holdMs: number;
}

export interface ScheduleOptions {
  readonly seed: string;
  /** The number of rounds of each fault. */
  readonly rounds: number;
  readonly faults: readonly FaultName[];
}

/** Plans the schedule of a run; the same options give the same one. */
export function planRounds({ seed, rounds, faults }: ScheduleOptions): Round[] {
  const random = createRandom(`${seed} schedule`);
  const turns = Array.from({ length: rounds }, (_, turn) =>
    shuffle(faults, random).map((fault) => ({ turn, fault })),
  );
  return turns.flat().map(({ turn, fault }, index) => {
    const { first, wide } = holdRanges[fault];
    const { from, to } = turn === 0 ? first : wide;
    return {
      number: index + 1,
      fault,
      victim: random() < 0.5 ? 0 : 1,
      leadMs: drawInteger(random, 50, 600),
      holdMs: drawLog(random, from, to),
    };
  });
}

function shuffle<T>(items: readonly T[], random: Random): T[] {
  const drawn = items.map((item) => ({ item, place: random() }));
  return drawn.toSorted((one, other) => one.place - other.place).map(({ item }) => item);
}
