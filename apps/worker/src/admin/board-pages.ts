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
import { requireLogin } from './login.ts';

export interface BoardAccess {
  readonly board: BoardQueues;
  readonly user: string;
  /** Absent on loopback only: then there is no login, and pages show no bodies and no writes. */
  readonly password: string | undefined;
  /** True where the pages may retry jobs and cancel replays. */
  readonly writes: boolean;
  /** The path that the pages are mounted on. */
  readonly path: string;
  readonly logger: Logger;
}

/** No write here needs a large body. */
const maxBodyBytes = 64 * 1024;

/**
 * Shows the three queues in Bull Board. With `writes` a user may also retry a job now or cancel a
 * replay. Dead letters are replayed and discarded by commands, which update the database too.
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

/** Logs one line for each request that could change something, refused or not. */
function logWrites(user: string, logger: Logger): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { method, path } = context.req;
    if (method === 'GET' || method === 'HEAD') return;
    adminWrite(logger, { method, path, user, status: context.res.status });
  };
}

/** Keeps payloads out of browsers' caches. Static files may be cached. */
const notStored: MiddlewareHandler = async (context, next) => {
  await next();
  if (!context.req.path.includes('/static/')) context.header('cache-control', 'no-store');
};
