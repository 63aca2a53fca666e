import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses each unsafe request without a proof that our own page sent it. Browsers add a stored
 * login to every request, also to one that another page made them send.
 *
 * Hono's own `csrf` checks only the content types of HTML forms; here every unsafe request needs
 * the proof. A page cannot set `Sec-Fetch-Site`. Browsers omit it on plain HTTP beyond loopback:
 * there `Origin` must name the host that received the request.
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
 * Refuses all host names but this machine's, for a server without a password. Otherwise a web page
 * could point its own name at 127.0.0.1, and a browser on this machine would read for it.
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
 * Sets the headers by which no other page may frame these, and they load nothing from elsewhere:
 * neither Bull Board's remote fonts nor anything that a payload might smuggle in. Inline styles are
 * allowed, since Bull Board uses some; inline scripts are not.
 */
export function pageHeaders(): MiddlewareHandler {
  return secureHeaders({
    xFrameOptions: 'DENY',
    // The proxy that ends TLS sets HSTS, for its own name.
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
