/** What one run may ask of a machine. The sender keeps the key of each event that was accepted. */
export const limits = {
  callbacks: 1_000_000,
  ratePerSecond: 20_000,
  durationMs: 3_600_000,
  connections: 1_000,
} as const;

export const usualSpike = 5;
