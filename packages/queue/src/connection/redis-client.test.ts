import { expect, it } from 'vitest';
import { parseRedisUrl } from './redis-address.ts';
import { openRedisClient } from './redis-client.ts';

it('a command that waits for a cluster that is down fails once its client is disconnected', async () => {
  // Nothing listens on these ports.
  const down = parseRedisUrl('redis://127.0.0.1:1,redis://127.0.0.1:2');
  const client = openRedisClient(down, { kind: 'wait' });
  client.on('error', () => undefined);
  await expect.poll(() => client.status).toBe('reconnecting');
  const command = client.get('x');
  client.disconnect();
  await expect(command).rejects.toThrow('None of startup nodes is available');
  expect(client.status).toBe('end');
});
