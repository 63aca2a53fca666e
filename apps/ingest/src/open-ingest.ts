import { type IngestConfig, parseIngestConfig, readConfig } from '@sinch-callbacks/config';
import { openProducer } from '@sinch-callbacks/queue';
import { createLogger } from '@sinch-callbacks/telemetry';
import type { Ingest } from './handle-callback.ts';

const slot = Symbol.for('@sinch-callbacks/ingest');
const shared: typeof globalThis & { [slot]?: Ingest } = globalThis;

/**
 * The process's one ingest. Kept on `globalThis`, because Next bundles every route by itself and
 * each bundle has its own copy of this module; one producer serves them all.
 * Connects to nothing: the producer does that when it is first used.
 * @throws {ConfigError} naming every malformed variable.
 */
export function openIngest(): Ingest {
  shared[slot] ??= createIngest(readConfig(parseIngestConfig));
  return shared[slot];
}

function createIngest(config: IngestConfig): Ingest {
  const { queue, queuePrefix, logLevel } = config;
  return {
    config,
    logger: createLogger({ name: 'ingest', level: logLevel }),
    producer: queue && openProducer({ backend: queue, prefix: queuePrefix }),
  };
}
