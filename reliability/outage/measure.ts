import type { Sent } from './send-at-rate.ts';

export interface Measured {
  readonly sent: number;
  readonly answered200: number;
  /** How often which status came. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

export function measure(all: readonly Sent[]): Measured {
  const statuses: Record<string, number> = {};
  for (const { status } of all) statuses[status] = (statuses[status] ?? 0) + 1;
  const latencies = all.map(({ latencyMs }) => latencyMs).toSorted((one, other) => one - other);
  const share = (part: number) =>
    Math.round(latencies[Math.ceil(latencies.length * part) - 1] ?? Number.NaN);
  return {
    sent: all.length,
    answered200: statuses['200'] ?? 0,
    statuses,
    latencyMs: { p50: share(0.5), p99: share(0.99), max: share(1) },
  };
}
