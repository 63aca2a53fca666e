import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import type { QueueView } from '@sinch-callbacks/queue';
import type { LoadTally } from '@sinch-callbacks/simulator/load';
import type { ProgressLine } from '../../terminal/progress-line.ts';
import { showMs } from './describe-result.ts';

export interface LoadWatch {
  /** The greatest share of a second in which the sender's process was busy, from 0 to 1. */
  busiest(): number;
  stop(): Promise<void>;
}

export interface LoadWatchOptions {
  readonly tally: LoadTally;
  readonly queues: readonly QueueView[];
  readonly line: ProgressLine;
  readonly elapsedMs: () => number;
}

const everyMs = 1_000;

/** Reports a load once a second: its progress, the queue's depth and the sender's busy share. */
export function watchLoad({ tally, queues, line, elapsedMs }: LoadWatchOptions): LoadWatch {
  let busiest = 0;
  let loop = performance.eventLoopUtilization();
  let depth: number | undefined;
  let asking: Promise<void> | undefined;
  let [sentBefore, answeredBefore, lookedAt] = [0, 0, elapsedMs()];

  function look(): void {
    const next = performance.eventLoopUtilization();
    busiest = Math.max(busiest, shareBetween(next, loop));
    loop = next;
    void askOnce();
    line.show(describe());
  }

  /** Reads the depth, unless the read before is still in progress. */
  async function askOnce(): Promise<void> {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    await asking;
  }

  async function ask(): Promise<void> {
    depth = await depthOf(queues);
    if (depth !== undefined) tally.sawQueue(elapsedMs(), depth);
  }

  function describe(): string {
    const { due, sent, accepted, refused, unanswered, underWay } = tally.counts();
    const now = elapsedMs();
    const seconds = (now - lookedAt) / 1_000;
    const answered = accepted + Object.values(refused).reduce((sum, count) => sum + count, 0);
    const [sending, answering] = [
      Math.round((sent - sentBefore) / seconds),
      Math.round((answered - answeredBefore) / seconds),
    ];
    [sentBefore, answeredBefore, lookedAt] = [sent, answered, now];
    const recent = tally.recentLatency();
    const failed = unanswered.timeout + unanswered.unreachable;
    const answers = [`2xx × ${accepted}`].concat(
      Object.entries(refused).map(([status, count]) => `${status} × ${count}`),
      failed > 0 ? [`none × ${failed}`] : [],
    );
    // The most important part comes first, since a narrow terminal cuts the rest.
    return [
      `${Math.round(now / 1_000)} s`,
      recent && `p50 ${showMs(recent.p50Ms)}, p99 ${showMs(recent.p99Ms)}`,
      depth === undefined ? undefined : `queue ${depth}`,
      `${answers.join(', ')}, ${answering}/s`,
      `sent ${sent} of ${due}, ${sending}/s`,
      `${underWay} open`,
    ]
      .filter((part) => part !== undefined)
      .join(' · ');
  }

  const timer = setInterval(look, everyMs);
  return {
    busiest: () => busiest,
    async stop() {
      clearInterval(timer);
      await asking;
      await askOnce();
      line.clear();
    },
  };
}

/** Sums the depths of all queues; `undefined` when one fails: the series then has no depth. */
async function depthOf(queues: readonly QueueView[]): Promise<number | undefined> {
  if (queues.length === 0) return undefined;
  try {
    const depths = await Promise.all(queues.map((queue) => queue.depth()));
    return depths.reduce((sum, depth) => sum + depth, 0);
  } catch {
    return undefined;
  }
}

function shareBetween(now: EventLoopUtilization, before: EventLoopUtilization): number {
  return performance.eventLoopUtilization(now, before).utilization;
}
