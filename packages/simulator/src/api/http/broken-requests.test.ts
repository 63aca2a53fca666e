import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { openApi } from '../../../test/api-client.ts';

test('a path that is no URL is answered as any unknown one', async () => {
  const { api } = await openApi();
  const { hostname, port } = new URL(api.url);
  const asked = httpRequest({ hostname, port, path: '//[' }).end();
  const [answer] = await once(asked, 'response');
  answer.resume();
  expect(answer.statusCode).toBe(401);
});

test('a client that breaks off in its body sends nothing, and hinders no other', async () => {
  const { api, base, sendText } = await openApi();
  const { hostname, port, pathname } = new URL(`${base}/messages:send`);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(`POST ${pathname} HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n{"app_id":`);
  socket.destroy();
  await once(socket, 'close');
  expect((await sendText('Hello')).status).toBe(200);
  expect(Object.values(api.truth().phones).flat()).toHaveLength(1);
});
