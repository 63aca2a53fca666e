import type {
  LatencySummary,
  LoadEnd,
  LoadTally,
  SeriesPoint,
} from '@sinch-callbacks/simulator/load';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import type { Verification } from './verify-load.ts';

/** What a load was, as it was asked for. */
export interface LoadFacts {
  readonly seed: string;
  /** Without user, password and parameters. */
  readonly url: string;
  readonly startedAt: Date;
  readonly shape: 'steady' | 'spike' | 'ramp';
  readonly spike: number | undefined;
  readonly rate: number;
  readonly durationSeconds: number;
  readonly connections: number;
  readonly duplicates: number;
}

/** How the sender itself did. */
export interface SenderState {
  readonly lag: LatencySummary | undefined;
  /** The greatest share of a second in which its process was busy. */
  readonly busiest: number;
  /** Where it is false, its own delay is part of the latencies. */
  readonly keptUp: boolean;
}

/** All that is known at the end; also the JSON document. */
export interface LoadResult extends LoadFacts, Partial<Omit<Verification, 'problem'>> {
  readonly ok: boolean;
  readonly ended: LoadEnd;
  readonly due: number;
  readonly sent: number;
  readonly heldBack: number;
  readonly neverSent: number;
  readonly accepted: number;
  readonly acceptedEvents: number;
  /** Accepted callbacks of events that were accepted before. */
  readonly duplicatesAbsorbed: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly unanswered: { readonly timeout: number; readonly unreachable: number };
  readonly lastFailure: string | undefined;
  readonly verified: 'complete' | 'incomplete' | 'failed' | 'skipped';
  readonly problem: string | undefined;
  readonly latency: LatencySummary | undefined;
  readonly service: LatencySummary | undefined;
  readonly sender: SenderState;
  readonly series: readonly SeriesPoint[];
}

/** Later than this, for one callback in a hundred, and it is the sender that is being measured. */
const tolerableLagMs = 25;
const tolerableBusyShare = 0.95;

/** @param verification absent when it was not asked for. */
export function resultOf(
  facts: LoadFacts,
  ended: LoadEnd,
  tally: LoadTally,
  busiest: number,
  verification: Verification | undefined,
): LoadResult {
  const { underWay: _, ...counts } = tally.counts();
  const lag = tally.lag();
  const verified = verification === undefined ? 'skipped' : verdictOf(verification);
  const isAccepted = counts.accepted > 0 || counts.due === 0;
  const isRefused = Object.keys(counts.refused).some(isFinal);
  return {
    ok: isAccepted && !isRefused && (verified === 'complete' || verified === 'skipped'),
    ended,
    ...facts,
    ...counts,
    duplicatesAbsorbed: counts.accepted - counts.acceptedEvents,
    lastFailure: tally.lastFailure(),
    verified,
    ...verification,
    problem: verification?.problem,
    latency: tally.latency(),
    service: tally.service(),
    sender: {
      lag,
      busiest: Math.round(busiest * 100) / 100,
      keptUp: (lag?.p99Ms ?? 0) <= tolerableLagMs && busiest <= tolerableBusyShare,
    },
    series: tally.series(),
  };
}

/** A loss is worse than not knowing of the rest. */
export function exitCodeOf({ ok, verified, problem }: LoadResult): ExitCode {
  if (ok) return exitCodes.ok;
  const isUnread = verified === 'incomplete' && problem !== undefined;
  return isUnread ? exitCodes.unreachable : exitCodes.failed;
}

function verdictOf(found: Verification): LoadResult['verified'] {
  if (found.lost > 0 || found.dead > 0 || found.withoutStatusRow > 0) return 'failed';
  return found.queued > 0 || found.unknown > 0 ? 'incomplete' : 'complete';
}

/** Sinch repeats after 5xx and 429, and takes any other refusal for the end. */
function isFinal(status: string): boolean {
  return Number(status) < 500 && status !== '429';
}
