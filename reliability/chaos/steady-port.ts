import { freePort } from '@sinch-callbacks/dev-env/processes';

const lowest = 10_000;
const count = 20_000;

/**
 * A port that is still to be had after a restart: below those that outgoing connections get, or
 * somebody's next connection might take it while its server is down.
 */
export async function steadyPort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * count);
    if ((await freePort(port)) === port) return port;
  }
}
