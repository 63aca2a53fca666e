import type { MiddlewareHandler } from 'hono';

const loopbackHost = /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/**
 * For a server that asks for no password because only this machine can reach it: a web page
 * elsewhere could point its own name at 127.0.0.1 and have a browser here read for it.
 */
export function guardHost(): MiddlewareHandler {
  return async (context, next) => {
    if (!loopbackHost.test(context.req.header('host') ?? '')) {
      return context.json({ status: 'forbidden' }, 403);
    }
    await next();
    return undefined;
  };
}
