import type { BackendState } from '@sinch-callbacks/queue';
import { queueFilling, queueMemoryEased, type Telemetry } from '@sinch-callbacks/telemetry';

export interface QueueMemoryWatch {
  /** Stops asking. A pending answer is still read. */
  stop(): void;
}

const readEveryMs = 15_000;
/** As in `callbacks doctor`. Well before ingest switches to Postgres, at 90 %. */
const fillingShare = 0.7;
/** The share must fall below this before the next line, or each event could write one. */
const easedShare = 0.65;

/**
 * Measures the memory of the queue's Redis at intervals. Logs once when it fills up, and once when
 * it has room again. While Redis cannot be read, the last figures stay.
 * @param inspect never throws, and resolves within its own timeout.
 */
export function watchQueueMemory(
  inspect: () => Promise<BackendState>,
  { logger, metrics }: Telemetry,
): QueueMemoryWatch {
  let isFilling = false;

  async function read(): Promise<void> {
    const state = await inspect();
    if (state.kind !== 'redis') return;
    const { maxmemoryPolicy, appendOnly: isAppendOnly } = state;
    metrics.redisDurability({
      isNoeviction: maxmemoryPolicy === undefined ? undefined : maxmemoryPolicy === 'noeviction',
      isAppendOnly,
    });
    const { usedBytes, maxBytes, systemBytes } = state.memory;
    const limitBytes = maxBytes || systemBytes;
    if (limitBytes === undefined) return;
    const memory = { usedBytes, limitBytes };
    metrics.queueMemory(memory);
    const wasFilling = isFilling;
    isFilling = usedBytes / limitBytes >= (wasFilling ? easedShare : fillingShare);
    if (isFilling && !wasFilling) queueFilling(logger, memory);
    if (wasFilling && !isFilling) queueMemoryEased(logger, memory);
  }

  void read();
  const timer = setInterval(() => void read(), readEveryMs);
  return { stop: () => clearInterval(timer) };
}
