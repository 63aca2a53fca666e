import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { HonoAdapter } from '@bull-board/hono';
import { serveStatic } from '@hono/node-server/serve-static';
import type { BoardQueues } from '@sinch-callbacks/queue';
import { adminWrite, type Logger } from '@sinch-callbacks/telemetry';
import { Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { withoutContent, withoutFailures, withoutNonce } from './board-privacy.ts';
import { isWritable, judgeWrites } from './board-writes.ts';
import { requireLogin } from './require-login.ts';

export interface BoardAccess {
  readonly board: BoardQueues;
  readonly user: string;
  /** Absent on loopback: then there is no login, and neither bodies nor writes. */
  readonly password: string | undefined;
  /** Whether some things may be changed. */
  readonly writes: boolean;
  /** Where the pages are mounted. */
  readonly path: string;
  readonly logger: Logger;
}

/** No write here needs a body worth mentioning. */
const maxBodyBytes = 64 * 1024;

/**
 * Bull Board over the three queues, to look at, and behind `writes` to bring a try forward or
 * call off a replay. Replaying and discarding dead letters go through the command line, which
 * keeps the database in step.
 */
export function boardPages(access: BoardAccess): Hono {
  const { user, password, path, logger } = access;
  const adapter = new HonoAdapter(serveStatic);
  adapter.setBasePath(path);
  createBoard(access, adapter);
  const app = new Hono();
  if (password !== undefined) app.use(requireLogin({ user, password }, logger));
  app.use(bodyLimit({ maxSize: maxBodyBytes }), logWrites(user, logger), notStored);
  app.route('/', adapter.registerPlugin());
  return app;
}

function createBoard({ board, password, writes }: BoardAccess, serverAdapter: HonoAdapter): void {
  const isOpen = password === undefined;
  const mayWrite = writes && !isOpen;
  const shown = () =>
    board.queues.map((queue) => {
      const readOnlyMode = !(mayWrite && isWritable(queue.name));
      const adapter = new BullMQAdapter(queue, { readOnlyMode });
      adapter.setFormatter('data', isOpen ? withoutContent : withoutNonce);
      return adapter;
    });
  const { setQueues } = createBullBoard({
    queues: shown(),
    serverAdapter,
    options: {
      uiConfig: { boardTitle: 'Sinch callbacks', hideDocsLink: true },
      handlerHooks: {
        before: judgeWrites(mayWrite),
        ...(isOpen && { after: withoutFailures }),
      },
    },
  });
  board.onRenewed(() => setQueues(shown()));
}

/** One line for whatever tried to change something, refused or not. */
function logWrites(user: string, logger: Logger): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { method, path } = context.req;
    if (method === 'GET' || method === 'HEAD') return;
    adminWrite(logger, { method, path, user, status: context.res.status });
  };
}

/** Payloads stay out of browsers' caches. Static files may stay there. */
const notStored: MiddlewareHandler = async (context, next) => {
  await next();
  if (!context.req.path.includes('/static/')) context.header('cache-control', 'no-store');
};
