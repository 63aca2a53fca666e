import { setInterval } from 'node:timers';
import { type Handler, isHandlerList } from '../api/on.ts';
import type { HandlerDeclaration } from '../engine/contract.ts';
import { beatEveryMs, type FromRunner, type SentResult, type ToRunner } from './protocol.ts';
import { type RunServices, runTask, type TaskInProgress } from './run-task.ts';

/**
 * Runs the user's code in this process, for the parent that started it: reports the handlers that
 * it finds, then runs the tasks that it is sent. It ends with its parent.
 * @param loadHandlers imports the user's list of handlers.
 */
export async function serveParent(
  loadHandlers: () => Promise<unknown>,
  services: RunServices,
): Promise<void> {
  process.once('disconnect', () => process.exit());
  // A terminal or a supervisor signals the whole group: the parent lets runs in progress end.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, ignore);
  // Code that awaits nothing may fail long after its run: other runs must not end with it.
  process.on('unhandledRejection', (error) => {
    services.log.error({ err: error }, 'a rejected promise that nothing awaits');
  });
  const handlers = await load(loadHandlers);
  if (handlers === undefined) return;
  const running = new Map<string, TaskInProgress>();
  let isStopping = false;

  function endIfIdle(): void {
    if (isStopping && running.size === 0) process.disconnect();
  }

  process.on('message', (message) => {
    // The parent is this library too.
    const received = message as ToRunner;
    switch (received.kind) {
      case 'run': {
        const { task } = received;
        const handler = handlers.get(task.handler);
        // The list may have changed since the parent claimed it.
        if (handler === undefined) {
          send({ kind: 'result', token: task.token, result: { kind: 'not-run' } });
          return;
        }
        const inProgress = runTask(handler, task, services);
        running.set(task.token, inProgress);
        void inProgress.result.then((result) => {
          running.delete(task.token);
          send({ kind: 'result', token: task.token, result: sent(result) });
          endIfIdle();
        });
        return;
      }
      case 'abort':
        running.get(received.token)?.abort(received.reason);
        return;
      case 'stop':
        isStopping = true;
        endIfIdle();
        return;
    }
  });
  setInterval(() => send({ kind: 'beat' }), beatEveryMs).unref();
  send({ kind: 'ready', handlers: [...handlers.values()].map(declarationOf) });
}

/** Loads the list; reports why it cannot be loaded. */
async function load(
  loadHandlers: () => Promise<unknown>,
): Promise<ReadonlyMap<string, Handler> | undefined> {
  try {
    const list = await loadHandlers();
    return byName(list);
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    send({ kind: 'not-loaded', message, stack });
    process.disconnect();
    return undefined;
  }
}

function byName(list: unknown): ReadonlyMap<string, Handler> {
  if (!isHandlerList(list)) {
    throw new TypeError(
      'src/handlers/index.ts must export `handlers`, an array of what on() returns',
    );
  }
  const handlers = new Map<string, Handler>();
  for (const handler of list) {
    if (!handler.options.enabled) continue;
    if (handlers.has(handler.name)) {
      throw new TypeError(`two handlers are named ${handler.name}: tasks are stored by that name`);
    }
    handlers.set(handler.name, handler);
  }
  return handlers;
}

function declarationOf({ name, triggers, options }: Handler): HandlerDeclaration {
  return { name, triggers, options };
}

function sent(result: Awaited<TaskInProgress['result']>): SentResult {
  return result.kind === 'retry-at' ? { ...result, at: result.at.toISOString() } : result;
}

function send(message: FromRunner): void {
  // The parent may be gone; then this process ends with the event `disconnect`.
  if (process.connected) process.send?.(message);
}

const ignore = () => undefined;
