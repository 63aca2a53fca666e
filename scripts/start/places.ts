import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dev = join(root, '.dev');

/** Where things are. All that the stack keeps is under `.dev`. */
export const places = {
  root,
  dev,
  logs: join(dev, 'logs'),
  lock: join(dev, 'start.pid'),
  stackFile: join(dev, 'stack.json'),
  secret: join(dev, 'webhook-secret'),
  postgres: join(dev, 'postgres'),
  redis: join(dev, 'redis'),
  ingest: join(root, 'apps/ingest/.next/standalone/apps/ingest/server.js'),
  migrate: join(root, 'apps/worker/src/migrate.ts'),
  worker: join(root, 'apps/worker/src/main.ts'),
} as const;
