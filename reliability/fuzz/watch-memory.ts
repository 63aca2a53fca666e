import { once } from 'node:events';

export interface MemoryReading {
  /** The resident memory of the process. */
  readonly rssBytes: number;
  /** The used heap of JavaScript. */
  readonly heapBytes: number;
}

/** Reads the memory of a process that was started with `--inspect`. */
export interface MemoryWatch {
  /** Reads it with garbage. */
  read(): Promise<MemoryReading>;
  /** Reads it after a garbage collection, so that only referenced memory counts. */
  readSettled(): Promise<MemoryReading>;
  close(): void;
}

interface Reply {
  readonly id: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

/** @param url the address that Node prints after "Debugger listening on". */
export async function watchMemory(url: string): Promise<MemoryWatch> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const waiting = new Map<number, (reply: Reply) => void>();
  socket.addEventListener('message', ({ data }) => {
    const reply = JSON.parse(String(data)) as Reply;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  let last = 0;
  const ask = (method: string, params: object = {}): Promise<Reply> => {
    last += 1;
    const id = last;
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
    });
  };
  const read = async (): Promise<MemoryReading> => {
    const expression = 'JSON.stringify(process.memoryUsage())';
    const { result } = await ask('Runtime.evaluate', { expression, returnByValue: true });
    const usage = JSON.parse(String(result?.result?.value)) as { rss: number; heapUsed: number };
    return { rssBytes: usage.rss, heapBytes: usage.heapUsed };
  };
  return {
    read,
    async readSettled() {
      await ask('HeapProfiler.collectGarbage');
      await ask('HeapProfiler.collectGarbage');
      return await read();
    },
    close: () => socket.close(),
  };
}
