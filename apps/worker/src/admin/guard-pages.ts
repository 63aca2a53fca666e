import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

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

/**
 * No page may frame these, and they load and talk to nothing but themselves: Bull Board's fonts
 * from elsewhere stay away, and so does whatever a payload might smuggle into a page. Styles may
 * stand in the markup, since Bull Board writes some there; scripts may not.
 */
export function pageHeaders(): MiddlewareHandler {
  return secureHeaders({
    xFrameOptions: 'DENY',
    // HSTS is for the proxy that ends TLS to set, for its own name.
    strictTransportSecurity: false,
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'self'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  });
}
