/** Variables of ours that happen to be set in the terminal must not reach what is measured. */
const ours =
  /^(SINCH_|INGEST_|WORKER_|ADMIN_|QUEUE_|BENCH_|REDIS_URL$|DATABASE_URL$|DIRECT_URL$|LOG_LEVEL$|PORT$|HOSTNAME$)/;

/** That of a process in production: the terminal's without ours, and its own. */
export function environmentWith(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return { ...Object.fromEntries(inherited), NODE_ENV: 'production', ...own };
}

/**
 * A command whose log goes straight to a file; what it says on stderr is for its starter. The shell becomes the program, so that a log of
 * thousands of lines a second does not pass through the process that measures.
 */
export function loggingTo(file: string, args: readonly string[]) {
  const script = 'log=$1; shift; exec "$@" >"$log"';
  return { command: '/bin/sh', args: ['-c', script, 'sh', file, process.execPath, ...args] };
}
