import cluster, { type Worker } from 'node:cluster';
import type { MetricsText } from '@sinch-callbacks/telemetry';
import { type IngestMetrics, openClusterMetrics } from '@sinch-callbacks/telemetry/ingest-metrics';

/** What the processes of one port say to each other. */
interface MetricsAsked {
  readonly kind: 'metrics-asked';
  readonly number: number;
}

interface MetricsTold {
  readonly kind: 'metrics-told';
  readonly number: number;
  /** Absent where they could not be had. */
  readonly metrics?: MetricsText;
}

const timeoutMs = 6_000;

/**
 * Reads what all processes of this port have counted: whichever of them is asked, it asks the one
 * that supervises them.
 */
export function createMetricsReader(own: IngestMetrics): () => Promise<MetricsText> {
  const { worker } = cluster;
  if (worker === undefined) return async () => await own.read();
  openClusterMetrics();
  const waiting = new Map<number, (told: MetricsTold) => void>();
  let asked = 0;
  process.on('message', (message) => {
    if (isAbout(message, 'metrics-told')) waiting.get(message.number)?.(message as MetricsTold);
  });
  return async () => {
    const number = (asked += 1);
    const told = await new Promise<MetricsTold>((resolve) => {
      const late = { kind: 'metrics-told', number } as const;
      const timer = setTimeout(resolve, timeoutMs, late);
      waiting.set(number, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      process.send?.({ kind: 'metrics-asked', number } satisfies MetricsAsked);
    });
    waiting.delete(number);
    if (told.metrics === undefined) throw new Error('not every process has told its metrics');
    return told.metrics;
  };
}

/** In the process that supervises the others: answers them. */
export function answerMetrics(): (worker: Worker) => void {
  const metrics = openClusterMetrics();
  const tell = async (worker: Worker, number: number) => {
    const read = await metrics.read().catch(() => undefined);
    const told: MetricsTold = { kind: 'metrics-told', number, ...(read && { metrics: read }) };
    if (worker.isConnected()) worker.send(told);
  };
  return (worker) => {
    worker.on('message', (message: unknown) => {
      if (isAbout(message, 'metrics-asked')) void tell(worker, message.number);
    });
  };
}

function isAbout(message: unknown, kind: string): message is { readonly number: number } {
  return typeof message === 'object' && message !== null && Reflect.get(message, 'kind') === kind;
}
