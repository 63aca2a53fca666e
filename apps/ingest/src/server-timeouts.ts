/**
 * For a server of our own. A load balancer keeps its connections for about 60 seconds and sends the
 * next request over one that was just closed, so the proxy in front has to be the one that closes
 * them. The others are for senders that have given up by Sinch's rules; bodies have a deadline in
 * `handleCallback`, and `requestTimeout` is for whatever passes it by.
 */
export const serverTimeouts = {
  keepAliveTimeout: 75_000,
  headersTimeout: 20_000,
  requestTimeout: 60_000,
} as const;
