import type { EventKey } from '../../events/event-key.ts';
import type { Moment } from '../../facts/moments.ts';
import { earliestStampOf, type Stamped, stampOf } from '../../facts/stamp.ts';
import type { ChannelStatus, MessageStanding, ReasonFields } from '../../facts/standing-facts.ts';
import type { Channel } from '../channel-of.ts';
import { hasReason, isFailure, statusRank, statusRankOnChannel } from './status-rank.ts';

interface ReasonBody {
  readonly code?: string | undefined;
  readonly description?: string | undefined;
  readonly sub_code?: string | undefined;
  readonly channel_code?: string | undefined;
}

/** One report's word on how far a message, or an event to a contact, is. */
export interface Report {
  readonly status: string;
  readonly channel: Channel | undefined;
  readonly at: Moment | undefined;
  readonly reason: ReasonBody | undefined;
}

/** The standing between channels, and on the report's own channel. */
export interface Standings {
  readonly overall: Stamped<MessageStanding>;
  /** '' where the report names none. */
  readonly channel: string;
  readonly onChannel: Stamped<ChannelStatus>;
}

export function standingsOf({ status, channel, at, reason }: Report, key: EventKey): Standings {
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

/** Channel and identity of a message that no report has spoken of yet. */
export function standingWithoutReport(
  { channel, identity, channelIdentity }: Channel,
  at: Moment | undefined,
  key: EventKey,
): Stamped<MessageStanding> {
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
