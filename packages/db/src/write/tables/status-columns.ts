import type { ChannelStatus, OverallStatus, Stamped } from '@sinch-callbacks/core';
import { instant, smallNumber, text } from './projection-table.ts';
import type { DifferenceFlag, FactRow, StampedGroup } from './upsert-table.ts';

export const reasonColumns = text(
  'reason_code',
  'reason_sub_code',
  'reason_channel_code',
  'reason_description',
);

export const identityColumns = text('identity', 'channel_identity');

/** A status with all columns of its report. */
export const statusGroup: StampedGroup = {
  stamp: 'status_stamp',
  columns: [
    ...text('status'),
    smallNumber('status_rank'),
    instant('status_at'),
    ...reasonColumns,
    ...identityColumns,
  ],
};

/** A status with its channel: exact as long as only one channel has reports, and no switch. */
export const overallStatusGroup: StampedGroup = {
  ...statusGroup,
  columns: [...statusGroup.columns, ...text('channel')],
};

/** A mark on rows whose status is computed from the table of channels instead. */
export const severalChannels: DifferenceFlag = {
  flag: 'several_channels',
  stamp: 'status_stamp',
  column: 'channel',
  rank: 'status_rank',
};

interface ReasonAndIdentity {
  readonly reasonCode: string | undefined;
  readonly reasonSubCode: string | undefined;
  readonly reasonChannelCode: string | undefined;
  readonly reasonDescription: string | undefined;
  readonly identity: string | undefined;
  readonly channelIdentity: string | undefined;
}

export function reasonRow(fact: ReasonAndIdentity | undefined): FactRow {
  return {
    reason_code: fact?.reasonCode ?? null,
    reason_sub_code: fact?.reasonSubCode ?? null,
    reason_channel_code: fact?.reasonChannelCode ?? null,
    reason_description: fact?.reasonDescription ?? null,
    identity: fact?.identity ?? null,
    channel_identity: fact?.channelIdentity ?? null,
  };
}

export function statusRow(status: Stamped<ChannelStatus>): FactRow {
  return {
    status_stamp: status.stamp,
    status: status.status,
    status_rank: String(status.statusRank),
    status_at: status.statusAt ?? null,
    ...reasonRow(status),
  };
}

/** A status that may lower the overall one, which no greatest stamp can express. */
const switching = 'SWITCHING_CHANNEL';

export function overallStatusRow(overallStatus: Stamped<OverallStatus> | undefined): FactRow {
  return {
    status_stamp: overallStatus?.stamp ?? null,
    status: overallStatus?.status ?? null,
    status_rank: overallStatus ? String(overallStatus.statusRank) : null,
    status_at: overallStatus?.statusAt ?? null,
    channel: overallStatus?.channel ?? null,
    several_channels: String(overallStatus?.status === switching),
    ...reasonRow(overallStatus),
  };
}
