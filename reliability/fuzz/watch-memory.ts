import { once } from 'node:events';

export interface MemoryReading {
  /** What the system counts for the process. */
  readonly rssBytes: number;
  /** What JavaScript holds. */
  readonly heapBytes: number;
}

/** The memory of a process that was started with `--inspect`, as it is told by itself. */
export interface MemoryWatch {
  /** As it is now, garbage and all. */
  read(): Promise<MemoryReading>;
  /** After the garbage was collected, so that what is left is held by something. */
  readSettled(): Promise<MemoryReading>;
  close(): void;
}

interface Reply {
  readonly id: number;
  readonly result?: { readonly result?: { readonly value?: unknown } };
}

/** @param url what Node prints behind "Debugger listening on". */
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
