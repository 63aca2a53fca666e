/**
 * How far along a message is. A late report of a lower rank never overwrites a higher one,
 * whatever its clock says: `event_time` mixes the clocks of Sinch and of the channels.
 *
 * SWITCHING_CHANNEL means failed on this channel, with QUEUED_ON_CHANNEL to follow on another:
 * between channels it yields to one that has the message, on its own channel it is an end that
 * QUEUED_ON_CHANNEL precedes. FAILED stays below DELIVERED because channels do report a delivery
 * after a failure. A status that Sinch adds one day never outranks one we know.
 */
const rankByStatus: ReadonlyMap<string, number> = new Map([
  ['QUEUED', 10],
  ['SWITCHING_CHANNEL', 15],
  ['QUEUED_ON_CHANNEL', 20],
  ['FAILED', 30],
  ['DELIVERED', 40],
  ['READ', 50],
]);

const unknownStatusRank = 1;
const switchedRank = 25;

/** Between the channels of a message: 1 for a status we do not know, 10 to 50 for the others. */
export function statusRank(status: string): number {
  return rankByStatus.get(status) ?? unknownStatusRank;
}

/** Among the reports of one channel. */
export function statusRankOnChannel(status: string): number {
  return status === 'SWITCHING_CHANNEL' ? switchedRank : statusRank(status);
}

/** Statuses that have a cause: of several such reports the first says what caused the others. */
export function isFailure(status: string): boolean {
  return status === 'FAILED' || status === 'SWITCHING_CHANNEL';
}

/** A status that ends well, or is on its way, has no reason to show. */
export function hasReason(status: string): boolean {
  return isFailure(status) || !rankByStatus.has(status);
}
