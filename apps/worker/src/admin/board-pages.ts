import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import type { BoardQueues } from '@sinch-callbacks/queue';
import { Hono } from 'hono';
import { basicAuth } from 'hono/basic-auth';

export interface BoardAccess {
  readonly board: BoardQueues;
  readonly user: string;
  /** Absent on loopback: then there is no login, and bodies are not shown. */
  readonly password: string | undefined;
  /** Where the pages are mounted. */
  readonly path: string;
}

/**
 * Bull Board over the three queues, to look and not to touch: replaying and discarding go
 * through the command line, which keeps the database in step.
 */
export function boardPages({ board, user, password, path }: BoardAccess): Hono {
  const adapter = new HonoAdapter(serveStatic);
  adapter.setBasePath(path);
  const queues = board.queues.map((queue) => {
    const queueAdapter = new BullMQAdapter(queue, { readOnlyMode: true });
    if (password === undefined) queueAdapter.setFormatter('data', withoutBody);
    return queueAdapter;
  });
  createBullBoard({
    queues,
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'Sinch callbacks' } },
  });
  const app = new Hono();
  if (password !== undefined) app.use(basicAuth({ username: user, password }));
  app.route('/', adapter.registerPlugin());
  return app;
}

/** Bodies hold what people wrote and their numbers: nothing for a page without a login. */
function withoutBody(data: object): object {
  return 'rawBody' in data ? { ...data, rawBody: 'set ADMIN_PASSWORD to see bodies' } : data;
}
