import type { FailedStep } from '@sinch-callbacks/operations';
import { oneLine } from '../terminal/format.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Returns the steps that failed as a member of the JSON document, which is absent without any. */
export function failedSteps(failures: readonly FailedStep[]) {
  if (failures.length === 0) return {};
  return { failed: failures.map(({ step, error }) => ({ ...step, message: textOf(error) })) };
}

/** Prints each step that failed, with its table. Returns false where none did. */
export function reportFailedSteps(terminal: Terminal, failures: readonly FailedStep[]): boolean {
  for (const { step, error } of failures) {
    terminal.note(`${step.table}: not all ${step.action}: ${textOf(error)}`);
  }
  return failures.length > 0;
}

const textOf = (error: unknown) => oneLine(String(error));
