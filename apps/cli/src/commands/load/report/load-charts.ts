import type { LatencySummary } from '@sinch-callbacks/simulator/load';
import type { LoadResult } from '../load-result.ts';
import { type ChartLine, drawChart } from './chart.ts';
import { linearScale, logScale, type Scale } from './scale.ts';

/** The ratio of the greatest to the smallest value from which the scale is logarithmic. */
const logFrom = 20;
const ticks = 5;

/** Draws latency, throughput and queue depth over time. */
export function drawLoadCharts({ series }: LoadResult): string[] {
  if (series.length === 0) return [];
  const windowSeconds = (series[1]?.second ?? 1) - (series[0]?.second ?? 0);
  const per = windowSeconds === 1 ? 'each second' : `${windowSeconds} seconds`;
  const latency = (pick: (summary: LatencySummary) => number) =>
    series.map((point) => point.latency && pick(point.latency));
  const latencies: ChartLine[] = [
    { name: 'max', look: 'four', values: latency(({ maxMs }) => maxMs) },
    { name: 'p99', look: 'three', values: latency(({ p99Ms }) => p99Ms) },
    { name: 'p95', look: 'two', values: latency(({ p95Ms }) => p95Ms) },
    { name: 'p50', look: 'one', values: latency(({ p50Ms }) => p50Ms) },
  ];
  const { scale, isLog } = latencyScale(latencies);
  const rates: ChartLine[] = [
    { name: 'due', look: 'area', values: series.map((point) => point.scheduledPerSecond) },
    { name: 'sent', look: 'two', values: series.map((point) => point.sentPerSecond) },
    { name: 'answered', look: 'one', values: series.map((point) => point.answeredPerSecond) },
  ];
  const depth: ChartLine = {
    name: 'jobs',
    look: 'area',
    values: series.map((point) => point.queueDepth),
  };
  return [
    drawChart({
      title: 'Latency',
      note: `Of the callbacks that were due in ${per}, from that moment to the answer.`,
      unit: isLog ? 'milliseconds, log scale' : 'milliseconds',
      lines: latencies,
      scale,
      windowSeconds,
    }),
    drawChart({
      title: 'Throughput',
      unit: 'callbacks a second',
      lines: rates,
      scale: linearScale(greatest(rates), ticks),
      windowSeconds,
    }),
    ...(depth.values.some((value) => value !== undefined)
      ? [
          drawChart({
            title: 'Queue depth',
            note: 'Jobs that wait for a worker or are in its hands, as they were seen while sending.',
            unit: 'jobs',
            lines: [depth],
            scale: linearScale(Math.max(5, greatest([depth])), ticks),
            windowSeconds,
          }),
        ]
      : []),
  ];
}

function latencyScale(lines: readonly ChartLine[]): { scale: Scale; isLog: boolean } {
  const max = greatest(lines);
  const least = Math.min(...valuesOf(lines).filter((value) => value > 0));
  const isLog = Number.isFinite(least) && max / least >= logFrom;
  return { isLog, scale: isLog ? logScale(least, max) : linearScale(max, ticks) };
}

function greatest(lines: readonly ChartLine[]): number {
  return Math.max(0, ...valuesOf(lines));
}

function valuesOf(lines: readonly ChartLine[]): number[] {
  return lines.flatMap(({ values }) => values.filter((value) => value !== undefined));
}
