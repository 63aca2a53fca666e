import { Writable } from 'node:stream';

/** Counts of the log of ingest. */
export interface LogTally {
  /** The stream that receives the log. */
  readonly destination: Writable;
  /** Requests by status, from single lines and from lines with sums. */
  readonly byStatus: ReadonlyMap<number, number>;
  readonly lines: () => number;
  readonly bytes: () => number;
  /** The first unexpected lines, such as stack traces. */
  readonly strays: readonly string[];
}

interface Line {
  readonly msg?: string;
  readonly status?: number;
  readonly summed?: readonly { readonly status: number; readonly count: number }[];
}

const maxStrays = 20;
/** Lines that Next and Node print when they start and stop. */
const expected =
  /^\s*$|^▲ Next|^- (Local|Network|Debugger port):|^✓ |^Debugger |^For help, see|^Starting inspector|^Waiting for the debugger/;

/** Messages of one request each. */
const requestMessages = new Set(['callback received', 'request refused']);
/** Messages about the process of ingest. */
const ownMessages = new Set(['ingest started', 'ingest stopping', 'ingest stopped']);

export function tallyLog(): LogTally {
  const byStatus = new Map<number, number>();
  const strays: string[] = [];
  let rest = '';
  let lines = 0;
  let bytes = 0;

  const add = (status: number, count: number) => {
    byStatus.set(status, (byStatus.get(status) ?? 0) + count);
  };
  const take = (text: string) => {
    lines += 1;
    const line = parse(text);
    if (requestMessages.has(line?.msg ?? '')) add(line?.status ?? 0, 1);
    else if (line?.summed) for (const { status, count } of line.summed) add(status, count);
    else if (ownMessages.has(line?.msg ?? '')) return;
    else if (!expected.test(text) && strays.length < maxStrays) strays.push(text.slice(0, 300));
  };
  const destination = new Writable({
    write(chunk: string | Buffer, _encoding, done) {
      bytes += chunk.length;
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) take(part);
      done();
    },
  });
  return { destination, byStatus, strays, lines: () => lines, bytes: () => bytes };
}

function parse(text: string): Line | undefined {
  try {
    return text.startsWith('{') ? (JSON.parse(text) as Line) : undefined;
  } catch {
    return undefined;
  }
}
