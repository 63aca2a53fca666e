import type { ErasureResult, ReappliedErasures } from '@sinch-callbacks/operations';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { Session } from '../session.ts';
import type { Settings } from '../settings/read-settings.ts';
import { counted } from '../terminal/format.ts';
import { queueNames } from './queues-to-erase.ts';

/** Reports what a repetition of the log did. */
export function reportReapplied(
  session: Session,
  settings: Settings,
  { inLog, cutLines, lifted, repeated }: ReappliedErasures,
): ExitCode {
  const exitCode = reportErasures(session, settings, repeated, { inLog, cutLines, lifted });
  session.terminal.print(
    `${counted(inLog, 'erasure')} in the log, ${repeated.length} repeated, ` +
      `${counted(cutLines, 'cut line')}`,
  );
  if (lifted > 0) session.terminal.print(`${counted(lifted, 'erasure')} lifted, as in the log`);
  return exitCode;
}

/** Reports erasures, each with its counts and with what is left. */
export function reportErasures(
  { terminal }: Session,
  settings: Settings,
  erasures: readonly ErasureResult[],
  facts: Partial<ReappliedErasures> = {},
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
    if (needsSinch) terminal.note('not complete: run the same command with --at-sinch');
    else if (!isComplete) terminal.note('not complete: run the same command again');
  }
  if (erasures.length > 0) for (const name of queues) terminal.print(`queue erased: ${name}`);
  return erasures.every(({ isComplete }) => isComplete) ? exitCodes.ok : exitCodes.failed;
}

/** One line for each place with changes. */
export function countLines(counts: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([place, count]) => `  ${place}: ${count}`);
}
