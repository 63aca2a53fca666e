import { startHandlers } from './process/start-handlers.ts';

await startHandlers(new URL('./handlers/index.ts', import.meta.url));
