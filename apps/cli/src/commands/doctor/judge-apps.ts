import type { AppSeen } from '@sinch-callbacks/db';
import { oneLine, showInstant } from '../../terminal/text.ts';
import { type Check, ok } from './check.ts';

const shownApps = 5;
const shownIdLength = 40;

/**
 * When callbacks came last, by app: whether a silence is one is for those to say who know how much
 * is written. @param apps the one that was heard of last first.
 */
export function judgeApps(apps: readonly AppSeen[]): Check {
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
