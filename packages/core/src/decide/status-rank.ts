/**
 * How far along a message is. A late report of a lower rank never overwrites a higher one,
 * whatever its clock says: `event_time` mixes the clocks of Sinch and of the channels.
 *
 * SWITCHING_CHANNEL means failed on this channel, with QUEUED_ON_CHANNEL to follow on another,
 * so the two share a rank. FAILED stays below DELIVERED because channels do report a delivery
 * after a failure. A status that Sinch adds one day never outranks one we know.
 */
const rankByStatus: ReadonlyMap<string, number> = new Map([
  ['QUEUED', 10],
  ['QUEUED_ON_CHANNEL', 20],
  ['SWITCHING_CHANNEL', 20],
  ['FAILED', 30],
  ['DELIVERED', 40],
  ['READ', 50],
]);

const unknownStatusRank = 1;
const switchedRank = 25;

/** 1 for a status we do not know, 10 to 50 for the others. */
export function statusRank(status: string): number {
  return rankByStatus.get(status) ?? unknownStatusRank;
}

/**
 * The same on one channel: there SWITCHING_CHANNEL is an end that QUEUED_ON_CHANNEL precedes,
 * though a channel that was given up may still deliver.
 */
export function statusRankOnChannel(status: string): number {
  return status === 'SWITCHING_CHANNEL' ? switchedRank : statusRank(status);
}
