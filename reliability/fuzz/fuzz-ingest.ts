import { setTimeout as sleep } from 'node:timers/promises';
import { holdIdleConnections, type ProbeReport, startProbe } from './background-traffic.ts';
import { type FuzzServer, openTarget, type Target } from './open-target.ts';
import { noOutcomes, type Outcomes, runCampaign } from './requests/run-campaign.ts';
import { digestsOf, readStoredState, type StoredState } from './stored-state.ts';
import type { MemoryReading } from './watch-memory.ts';

export interface FuzzOptions {
  readonly server: FuzzServer;
  readonly seed: string;
  readonly requests: number;
  readonly connections: number;
  /** The number of connections that send nothing, or one byte a second. */
  readonly idle: number;
  /** Time for sockets to end and buffers to be freed; best longer than the server's keep-alive. */
  readonly settleMs: number;
  readonly onProgress: (text: string) => void;
}

export interface Evidence {
  readonly seed: string;
  readonly seconds: number;
  readonly outcomes: Outcomes;
  readonly probe: ProbeReport;
  readonly memory: {
    readonly start: MemoryReading;
    readonly end: MemoryReading;
    peakRssBytes: number;
  };
  readonly kept: StoredState;
  readonly ended: readonly string[];
  readonly log: {
    readonly byStatus: ReadonlyMap<number, number>;
    readonly lines: number;
    readonly bytes: number;
    readonly strays: readonly string[];
  };
}

/** The share of the requests that fill caches and grow pools before memory is compared. */
const warmUpShare = 0.2;
const maxWarmUp = 10_000;
const sampleMs = 500;

/** Starts everything, runs the campaign, and collects the evidence. */
export async function fuzzIngest(options: FuzzOptions): Promise<Evidence> {
  const target = await openTarget(options.server);
  try {
    return await fuzz(target, options);
  } finally {
    await target.close();
  }
}

async function fuzz(target: Target, options: FuzzOptions): Promise<Evidence> {
  const { seed, requests, connections, settleMs, onProgress } = options;
  const startedAt = performance.now();
  const outcomes = noOutcomes();
  const probe = startProbe(target.webhookUrl, target.secrets.current);
  const warmUp = Math.min(maxWarmUp, Math.round(requests * warmUpShare));
  const run = async (from: number, count: number) => {
    const idle = holdIdleConnections(target.port, options.idle);
    await runCampaign(target, { seed, from, count, connections }, outcomes);
    idle.close();
    await sleep(settleMs);
  };
  await run(0, warmUp);
  const start = await target.memory.readSettled();
  onProgress(`warmed up with ${warmUp} requests\n`);
  const peak = watchPeak(target);
  await run(warmUp, requests - warmUp);
  const peakRssBytes = await peak();
  const end = await target.memory.readSettled();
  const probed = await probe.stop();
  const seconds = Math.round((performance.now() - startedAt) / 1000);

  for (const digest of digestsOf(probed.bodies)) {
    outcomes.signed.add(digest);
    outcomes.acknowledged.add(digest);
  }
  onProgress('sent; waiting until every acknowledged event is finished\n');
  const kept = await readStoredState(target, outcomes.acknowledged, outcomes.signed);
  const ended = [...target.ended];
  await target.stopIngest();
  const { byStatus, lines, bytes, strays } = target.log;
  const log = { byStatus, lines: lines(), bytes: bytes(), strays };
  return {
    seed,
    seconds,
    outcomes,
    probe: probed,
    memory: { start, end, peakRssBytes },
    kept,
    ended,
    log,
  };
}

/** Polls the memory until the returned function is called, which returns the highest value. */
function watchPeak({ memory }: Target): () => Promise<number> {
  let peak = 0;
  let isOver = false;
  async function watch(): Promise<void> {
    while (!isOver) {
      const { rssBytes } = await memory.read();
      peak = Math.max(peak, rssBytes);
      await sleep(sampleMs);
    }
  }
  const watching = watch();
  return async () => {
    isOver = true;
    await watching;
    return peak;
  };
}
