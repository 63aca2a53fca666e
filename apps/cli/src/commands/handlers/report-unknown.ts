import type { ExitCode } from '../../exit-codes.ts';
import { reportProblem, type Session } from '../../session.ts';
import { oneLine } from '../../terminal/format.ts';

/** Reports a name that no process has ever registered. */
export function reportUnknown(session: Session, handler: string): ExitCode {
  return reportProblem(
    session,
    'not-found',
    `there is no handler "${oneLine(handler)}" (callbacks handlers list)`,
  );
}
