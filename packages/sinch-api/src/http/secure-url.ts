import { isLoopback } from '@sinch-callbacks/core';

/** An address that requests are sent to: an origin, and what its paths begin with. */
export interface BaseUrl {
  readonly origin: string;
  /** Without a slash at its end. */
  readonly pathPrefix: string;
}

/**
 * Reads the address of a server that is sent credentials: `https:`, or `http:` on this machine.
 * @throws TypeError for any other address; it names the option and does not quote the address, which
 * may hold a password.
 */
export function readSecureUrl(name: string, text: string): BaseUrl {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSecure =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url === undefined || !isSecure) {
    throw new TypeError(
      `${name} must be an https: address, or an http: one on this machine (localhost, 127.0.0.1, ` +
        '[::1]): credentials are sent to it, and never in the clear',
    );
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError(`${name} must have no user, password, query or fragment`);
  }
  return { origin: url.origin, pathPrefix: url.pathname.replace(/\/+$/, '') };
}
