import type {
  LatencySummary,
  LoadEnd,
  LoadTally,
  SeriesPoint,
} from '@sinch-callbacks/simulator/load';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import type { Verification } from './verify-load.ts';

/** The parameters of a load. */
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

/** The sender's own performance. */
export interface SenderState {
  readonly lag: LatencySummary | undefined;
  /** The greatest busy share of its process in any second. */
  readonly busiest: number;
  /** False when the sender's own delay is part of the latencies. */
  readonly keptUp: boolean;
}

/** The result of a load; also the JSON document. */
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

/** Above this lag at the 99th percentile, the load measures the sender itself. */
const tolerableLagMs = 25;
const tolerableBusyShare = 0.95;

/** @param verification absent with `--no-verify`. */
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

/** Chooses the exit code. A loss outranks events that are unknown. */
export function exitCodeOf({ ok, verified, problem }: LoadResult): ExitCode {
  if (ok) return exitCodes.ok;
  const isUnread = verified === 'incomplete' && problem !== undefined;
  return isUnread ? exitCodes.unreachable : exitCodes.failed;
}

function verdictOf(found: Verification): LoadResult['verified'] {
  if (found.lost > 0 || found.dead > 0 || found.withoutStatusRow > 0) return 'failed';
  return found.queued > 0 || found.unknown > 0 ? 'incomplete' : 'complete';
}

/** Returns true for a refusal after which Sinch does not retry: neither 5xx nor 429. */
function isFinal(status: string): boolean {
  return Number(status) < 500 && status !== '429';
}
