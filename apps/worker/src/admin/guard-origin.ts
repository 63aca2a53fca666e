import type { MiddlewareHandler } from 'hono';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses whatever could change something and does not prove that our own page sent it. Browsers
 * send a stored login along with every request, also with one that another page made them send.
 *
 * Hono's own `csrf` looks at the content types of HTML forms alone; here every unsafe request
 * needs its proof. `Sec-Fetch-Site` cannot be set by a page. Browsers leave it out on plain HTTP
 * beyond loopback: there `Origin` must name the host that the request came to.
 */
export function guardOrigin(): MiddlewareHandler {
  return async (context, next) => {
    const { method } = context.req;
    if (!safeMethods.has(method) && !isFromOurPage((name) => context.req.header(name))) {
      return context.json({ status: 'forbidden' }, 403);
    }
    await next();
    return undefined;
  };
}

function isFromOurPage(header: (name: string) => string | undefined): boolean {
  const site = header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const [origin, host] = [header('origin'), header('host')];
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}
