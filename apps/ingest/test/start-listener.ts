import { fileURLToPath } from 'node:url';
import { startServer } from './start-server.ts';
import type { StartIngest } from './started-ingest.ts';

const listener = {
  name: 'ingest (listener)',
  file: fileURLToPath(new URL('../src/main.ts', import.meta.url)),
  place: (port: number) => ({ INGEST_PORT: String(port) }),
};

/** Starts the lean listener as it is deployed: from its sources. */
export const startListener: StartIngest = (environment) => startServer(listener, environment);
