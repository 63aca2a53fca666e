/** What a script learns from how `callbacks` ends. `callbacks --help` explains them. */
export const exitCodes = {
  ok: 0,
  /** It ran, and something failed or a fault was found. */
  failed: 1,
  /** Wrong use, or settings that are missing or malformed. Nothing was done. */
  usage: 2,
  /** The database or the queue cannot be reached. What was done before is reported. */
  unreachable: 3,
  /** Nothing is known of what was asked about, which is neither a yes nor a no. */
  unknown: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
