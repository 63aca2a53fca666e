import { Writable } from 'node:stream';

/** Waits for lines of a process's output, those that came before it was asked included. */
export interface ProgramLines {
  /** For `startProcess`. */
  readonly log: Writable;
  /** The first line with this word in front, without the word. */
  line(word: string): Promise<string>;
}

/** @param copy gets everything too. */
export function watchLines(copy?: Writable): ProgramLines {
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
