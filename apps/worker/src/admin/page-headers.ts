import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

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
