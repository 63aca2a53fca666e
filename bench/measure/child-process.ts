import { Writable } from 'node:stream';

/** Waits for lines of a process's output, those that came before it was asked included. */
export interface OutputLines {
  /** For `startProcess`. */
  readonly log: Writable;
  /** The first line with this word in front, without the word. */
  line(word: string): Promise<string>;
}

/** @param copy gets everything too. */
export function watchLines(copy?: Writable): OutputLines {
  const seen = new Map<string, PromiseWithResolvers<string>>();
  let rest = '';
  const of = (word: string) => {
    const known = seen.get(word) ?? Promise.withResolvers<string>();
    seen.set(word, known);
    return known;
  };
  const log = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const [word = ''] = line.split(' ', 1);
        of(word).resolve(line.slice(word.length + 1));
      }
      if (copy === undefined) done();
      else copy.write(chunk, () => done());
    },
  });
  return { log, line: async (word) => await of(word).promise };
}

/** Variables of ours that happen to be set in the terminal must not reach what is measured. */
const ours =
  /^(SINCH_|INGEST_|WORKER_|ADMIN_|QUEUE_|BENCH_|REDIS_URL$|DATABASE_URL$|DIRECT_URL$|LOG_LEVEL$|PORT$|HOSTNAME$)/;

/** That of a process in production: the terminal's without ours, and its own. */
export function productionEnvironment(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !ours.test(name));
  return { ...Object.fromEntries(inherited), NODE_ENV: 'production', ...variables };
}

/**
 * A command whose log goes straight to a file; what it says on stderr is for its starter. The shell becomes the program, so that a log of
 * thousands of lines a second does not pass through the process that measures.
 */
export function commandLoggingTo(file: string, args: readonly string[]) {
  const script = 'log=$1; shift; exec "$@" >"$log"';
  return { command: '/bin/sh', args: ['-c', script, 'sh', file, process.execPath, ...args] };
}
