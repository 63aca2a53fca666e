import type { Round } from './plan-rounds.ts';

/** A message that is queued while a fault lasts. */
export interface PlannedMessage {
  readonly key: string;
  readonly to: `SMS:${string}`;
  readonly text: string;
  /** The time from the start of the round. */
  readonly atMs: number;
}

const spacingMs = 400;
const tailMs = 1_500;
const fewestMessages = 8;
/** Every fifth message is to the recipient of the one before, which it must not overtake. */
const sharedEvery = 5;

/** Plans messages at an even rate, from before the fault until after it. */
export function planMessages(runSeed: string, { number, leadMs, holdMs }: Round): PlannedMessage[] {
  const count = Math.max(fewestMessages, Math.round((leadMs + holdMs + tailMs) / spacingMs));
  return Array.from({ length: count }, (_, index) => {
    const recipient = index - (index % sharedEvery === sharedEvery - 1 ? 1 : 0);
    return {
      key: `${runSeed}.${number}.${index}`,
      to: `SMS:+1555${String(number * 1_000 + recipient).padStart(7, '0')}`,
      text: `message ${index} of round ${number}`,
      atMs: index * spacingMs,
    };
  });
}
