/** The exit codes of `callbacks`. `callbacks --help` explains them. */
export const exitCodes = {
  ok: 0,
  /** The command ran, and something failed or a fault was found. */
  failed: 1,
  /** A wrong use, or missing or malformed settings. Nothing was done. */
  usage: 2,
  /** The database, the queue or Sinch cannot be reached. What was done before is reported. */
  unreachable: 3,
  /** Nothing is known about the question: neither a yes nor a no. */
  unknown: 4,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
