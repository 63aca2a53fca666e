import {
  type AppSeen,
  type DatabaseState,
  isSupported,
  leastPostgresMajor,
} from '@sinch-callbacks/db';
import { counted, oneLine, showInstant } from '../../terminal/format.ts';
import { type Check, failure, ok, warning } from './check.ts';

export type DatabaseFindings =
  | { readonly kind: 'unreachable'; readonly reason: string }
  | {
      readonly kind: 'reached';
      readonly state: DatabaseState;
      /** Absent while migrations are pending. */
      readonly openDeadLetters: number | undefined;
      /** Absent while migrations are pending. */
      readonly appsSeen: readonly AppSeen[] | undefined;
    };

/** @param place the server's address as it may be shown. */
export function judgeDatabase(findings: DatabaseFindings, place: string): Check[] {
  if (findings.kind === 'unreachable') {
    const advice =
      'Start it, or correct DATABASE_URL; the worker waits meanwhile and loses nothing.';
    return [failure('database', `${place}: ${findings.reason}`, advice)];
  }
  const { state, openDeadLetters, appsSeen } = findings;
  return [
    judgeVersion(state.serverVersion, place),
    judgeMigrations(state.pendingMigrations),
    ...(openDeadLetters === undefined ? [] : [judgeDeadLetters(openDeadLetters)]),
    ...(appsSeen === undefined ? [] : [judgeApps(appsSeen)]),
  ];
}

function judgeVersion(version: string, place: string): Check {
  const found = `Postgres ${version} at ${place}`;
  if (!isSupported(version)) {
    const advice = `Upgrade it: Postgres ${leastPostgresMajor} or newer is needed.`;
    return failure('database', found, advice);
  }
  return ok('database', found);
}

function judgeMigrations(pending: readonly string[]): Check {
  if (pending.length === 0) return ok('migrations', 'all applied');
  const message = `${counted(pending.length, 'migration')} pending: ${pending.join(', ')}`;
  const advice =
    'Run node apps/worker/src/migrate.ts, with a DIRECT_URL that leads to Postgres itself where ' +
    'DATABASE_URL leads to a pooler; until then nothing is applied, nor lost.';
  return failure('migrations', message, advice);
}

function judgeDeadLetters(open: number): Check {
  if (open === 0) return ok('dead letters', 'none open');
  return warning('dead letters', `${open} open`, 'callbacks dead list shows them and why.');
}

const shownApps = 5;
const shownIdLength = 40;

/**
 * Reports when the last callback of each app came. It gives no verdict: only people can say
 * whether a silence is normal.
 * @param apps the app with the latest callback first.
 */
function judgeApps(apps: readonly AppSeen[]): Check {
  if (apps.length === 0) return ok('callbacks', 'none was applied yet');
  const shown = apps
    .slice(0, shownApps)
    .map(
      ({ appId, lastCallbackAt }) =>
        `${oneLine(appId, shownIdLength)} ${showInstant(lastCallbackAt)}`,
    );
  const more = apps.length > shownApps ? `; and ${apps.length - shownApps} more apps` : '';
  return ok('callbacks', `the last by app: ${shown.join('; ')}${more}`);
}
