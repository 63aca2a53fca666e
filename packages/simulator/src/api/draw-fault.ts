import { pickWeighted, type Random } from '../random.ts';
import type { ApiFaults } from './sinch-api-options.ts';

/** The fault of one request, or `none`. */
export type RequestFault =
  | 'none'
  | 'lost-answer'
  | 'hang-before'
  | 'hang-after'
  | 'too-many-requests'
  | 'unavailable'
  | 'expired-token';

/** Draws at most one fault for a request. */
export function drawFault(random: Random, faults: ApiFaults): RequestFault {
  const { lostAnswers, hangs, tooManyRequests, unavailable, expiredTokens } = faults;
  return pickWeighted<RequestFault>(random, {
    'lost-answer': lostAnswers,
    'hang-before': hangs / 2,
    'hang-after': hangs / 2,
    'too-many-requests': tooManyRequests,
    unavailable,
    'expired-token': expiredTokens,
    none: Math.max(0, 1 - faultSum(faults)),
  });
}

/** @throws RangeError for a share that is none, or shares of one request that exceed it. */
export function checkFaults(faults: ApiFaults): void {
  for (const [name, share] of Object.entries(faults)) {
    if (!(share >= 0 && share <= 1)) throw new RangeError(`${name} is a share from 0 to 1.`);
  }
  if (faultSum(faults) > 1 + 1e-9) throw new RangeError('A request has one fault at most.');
}

function faultSum(faults: ApiFaults): number {
  const { lostAnswers, hangs, tooManyRequests, unavailable, expiredTokens } = faults;
  return lostAnswers + hangs + tooManyRequests + unavailable + expiredTokens;
}
