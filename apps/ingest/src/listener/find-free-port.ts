import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * A free port of `host`. Another process may take it before it is used.
 * @throws when `host` is no address of this machine.
 */
export async function findFreePort(host: string): Promise<number> {
  const server = createServer();
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
