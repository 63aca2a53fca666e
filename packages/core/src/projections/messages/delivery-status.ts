import type { EventKey } from '../../events/event-key.ts';
import type { ChannelStatus, OverallStatus, ReasonFields } from '../../facts/message-facts.ts';
import type { Moment } from '../../facts/moments.ts';
import { earliestStampOf, type Stamped, stampOf } from '../../facts/stamp.ts';
import type { Channel } from '../related-facts.ts';

interface ReasonBody {
  readonly code?: string | undefined;
  readonly description?: string | undefined;
  readonly sub_code?: string | undefined;
  readonly channel_code?: string | undefined;
}

/** One report on the delivery of a message, or of an event to a contact. */
export interface Report {
  readonly status: string;
  readonly channel: Channel | undefined;
  readonly at: Moment | undefined;
  readonly reason: ReasonBody | undefined;
}

/** The status between channels, and the one on the report's own channel. */
export interface ReportStatuses {
  readonly overall: Stamped<OverallStatus>;
  /** '' where the report names none. */
  readonly channel: string;
  readonly onChannel: Stamped<ChannelStatus>;
}

export function statusesOf({ status, channel, at, reason }: Report, key: EventKey): ReportStatuses {
  const stamp = isFailure(status) ? earliestStampOf : stampOf;
  const rank = statusRank(status);
  const rankOnChannel = statusRankOnChannel(status);
  const shared = {
    status,
    statusAt: at?.instant?.iso,
    identity: channel?.identity,
    channelIdentity: channel?.channelIdentity,
    ...(hasReason(status) ? reasonFields(reason) : noReason),
  };
  return {
    overall: {
      ...shared,
      statusRank: rank,
      channel: channel?.channel,
      stamp: stamp({ rank, at: at?.order }, key),
    },
    channel: channel?.channel ?? '',
    onChannel: {
      ...shared,
      statusRank: rankOnChannel,
      stamp: stamp({ rank: rankOnChannel, at: at?.order }, key),
    },
  };
}

/** Gives channel and identity of a message that has no report yet. */
export function statusWithoutReport(
  { channel, identity, channelIdentity }: Channel,
  at: Moment | undefined,
  key: EventKey,
): Stamped<OverallStatus> {
  return {
    status: undefined,
    statusRank: 0,
    statusAt: undefined,
    channel,
    identity,
    channelIdentity,
    ...noReason,
    stamp: stampOf({ at: at?.order }, key),
  };
}

export function reasonFields(reason: ReasonBody | undefined): ReasonFields {
  if (reason === undefined) return noReason;
  return {
    reasonCode: reason.code,
    reasonDescription: reason.description,
    reasonSubCode: reason.sub_code,
    reasonChannelCode: reason.channel_code,
  };
}

const noReason: ReasonFields = {
  reasonCode: undefined,
  reasonDescription: undefined,
  reasonSubCode: undefined,
  reasonChannelCode: undefined,
};

/**
 * Ranks of delivery. A late report of a lower rank never overwrites a higher one, whatever its
 * time: `event_time` mixes the clocks of Sinch and of the channels.
 *
 * SWITCHING_CHANNEL means failed on this channel, with QUEUED_ON_CHANNEL to follow on another.
 * Between channels it yields to the channel that has the message; on its own channel it is final,
 * after QUEUED_ON_CHANNEL. FAILED stays below DELIVERED because channels do report a delivery after
 * a failure. A status that Sinch adds later never outranks one of these.
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

/**
 * Ranks a status between the channels of a message: 1 for an unknown status, 10 to 50 for the
 * others.
 */
export function statusRank(status: string): number {
  return rankByStatus.get(status) ?? unknownStatusRank;
}

/** Ranks a status among the reports of one channel. */
export function statusRankOnChannel(status: string): number {
  return status === 'SWITCHING_CHANNEL' ? switchedRank : statusRank(status);
}

/**
 * Checks for a status that has a cause: of several such reports the first names the cause of the
 * others.
 */
function isFailure(status: string): boolean {
  return status === 'FAILED' || status === 'SWITCHING_CHANNEL';
}

/**
 * Checks that a status has a reason to show: a success, or a message still in progress, has none.
 */
function hasReason(status: string): boolean {
  return isFailure(status) || !rankByStatus.has(status);
}
