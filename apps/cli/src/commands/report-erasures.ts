import type { ErasureResult, ErasureResults, ReappliedErasures } from '@sinch-callbacks/operations';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { failureOf } from '../failure.ts';
import type { Session } from '../session.ts';
import type { Settings } from '../settings/read-settings.ts';
import { counted } from '../terminal/format.ts';
import { queueNames } from './queues-to-erase.ts';

/** Reports what a repetition of the log did. */
export function reportReapplied(
  session: Session,
  settings: Settings,
  { inLog, cutLines, lifted, repeated, failed }: ReappliedErasures,
): ExitCode {
  const exitCode = reportSeveral(
    session,
    settings,
    { ended: repeated, failed },
    { inLog, cutLines, lifted },
  );
  session.terminal.print(
    `${counted(inLog, 'erasure')} in the log, ${repeated.length} repeated, ` +
      `${counted(cutLines, 'cut line')}`,
  );
  if (lifted > 0) session.terminal.print(`${counted(lifted, 'erasure')} lifted, as in the log`);
  return exitCode;
}

/**
 * Reports several erasures, those that failed among them.
 * @throws the first error that was not foreseen, at the end.
 */
export function reportSeveral(
  session: Session,
  settings: Settings,
  { ended, failed }: ErasureResults,
  facts: ErasureFacts = {},
): ExitCode {
  const failures = failed.map(({ id, error }) => {
    const { code = 'unforeseen', message = String(error) } = failureOf(error) ?? {};
    return { id, code, message };
  });
  const exitCode = reportErasures(session, settings, ended, { ...facts, failed: failures });
  for (const { id, message } of failures) session.terminal.note(`erasure ${id} failed: ${message}`);
  for (const { error } of failed) if (failureOf(error) === undefined) throw error;
  return failed.length > 0 ? exitCodes.failed : exitCode;
}

/** What a document says besides its erasures. */
type ErasureFacts = Partial<Pick<ReappliedErasures, 'inLog' | 'cutLines' | 'lifted'>> & {
  readonly failed?: readonly object[];
};

/** Reports erasures, each with its counts and with what is left. */
export function reportErasures(
  { terminal }: Session,
  settings: Settings,
  erasures: readonly ErasureResult[],
  facts: ErasureFacts = {},
): ExitCode {
  const queues = queueNames(settings);
  terminal.document({ queues, erasures, ...facts });
  for (const erasure of erasures) {
    const { id, contacts, identities, counts, isResumed, isComplete, needsSinch } = erasure;
    terminal.print(`erasure ${id}${isResumed ? ', continued' : ''}`);
    terminal.print(
      `${counted(contacts, 'contact')} with ${counted(identities, 'identity', 'identities')}`,
    );
    for (const line of countLines(counts)) terminal.print(line);
    if (needsSinch) terminal.note(atSinchIsLeft);
    else if (!isComplete) terminal.note('not complete: run the same command again');
  }
  if (erasures.length > 0) for (const name of queues) terminal.print(`queue erased: ${name}`);
  return erasures.every(({ isComplete }) => isComplete) ? exitCodes.ok : exitCodes.failed;
}

const atSinchIsLeft =
  'not complete: callbacks erase --continue --at-sinch deletes the person at Sinch too';

/** One line for each place with changes. */
export function countLines(counts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([place, count]) => `  ${place}: ${count}`);
}
