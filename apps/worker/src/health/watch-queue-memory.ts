import type { BackendState } from '@sinch-callbacks/queue';
import { queueFilling, queueMemoryEased, type Telemetry } from '@sinch-callbacks/telemetry';

export interface QueueMemoryWatch {
  /** Asks no more. An answer under way is still read. */
  stop(): void;
}

const readEveryMs = 15_000;
/** As `callbacks doctor` does. Well before ingest turns to Postgres, at 90 %. */
const fillingShare = 0.7;
/** It has to be below this one before the next line, or each event could write one. */
const easedShare = 0.65;

/**
 * Measures how full the queue's Redis is, now and then; tells once when it fills up and once when
 * it has room again. While it cannot be read, what was known stays.
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
