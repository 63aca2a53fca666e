import { Writable } from 'node:stream';

/** Output of a child process, in which a caller can wait for lines, past ones included. */
export interface OutputLines {
  /** The stream to hand to `startProcess`. */
  readonly log: Writable;
  /** Resolves with the rest of the first line that begins with this word. */
  waitFor(word: string): Promise<string>;
}

/** @param copy gets all output too. */
export function watchLines(copy?: Writable): OutputLines {
  const seen = new Map<string, PromiseWithResolvers<string>>();
  let rest = '';
  const of = (word: string) => {
    const first = seen.get(word) ?? Promise.withResolvers<string>();
    seen.set(word, first);
    return first;
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
  return { log, waitFor: async (word) => await of(word).promise };
}

/** Our variables, which must not reach a measured process from the terminal. */
const ourPrefixes = /^(SINCH|INGEST|WORKER|ADMIN|QUEUE|BENCH)_/;
const ourNames = /^(REDIS_URL|DATABASE_URL|DIRECT_URL|LOG_LEVEL|PORT|HOSTNAME)$/;

/** Builds a production process's environment: the terminal's without our variables, and these. */
export function productionEnvironment(variables: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !ourPrefixes.test(name) && !ourNames.test(name),
  );
  return { ...Object.fromEntries(inherited), NODE_ENV: 'production', ...variables };
}

/**
 * Builds a command whose log goes straight to a file; its stderr goes to the caller. The shell
 * becomes the program, so the measuring process does not copy thousands of log lines a second.
 */
export function commandLoggingTo(file: string, args: readonly string[]) {
  const script = 'log=$1; shift; exec "$@" >"$log"';
  return { command: '/bin/sh', args: ['-c', script, 'sh', file, process.execPath, ...args] };
}
