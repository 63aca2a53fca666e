import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { answer } from './answer.ts';
import { sendAnswer } from './send-answer.ts';

const refusal = answer(413, 'too-large', { connection: 'close' });
const head = 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n';
const piece = '5\r\n01234\r\n';

let onRequest: (request: IncomingMessage) => void;
const server = createServer((request, response) => {
  onRequest(request);
  sendAnswer({ request, response }, refusal);
});

beforeEach(async () => {
  onRequest = () => undefined;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => void server.close());

/** Sends the start of a request, and returns the first bytes of the answer. */
async function begin() {
  const address = server.address();
  const socket = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
  socket.on('error', () => socket.destroy());
  socket.write(head + piece);
  const [first] = (await once(socket, 'data')) as [Buffer];
  return { socket, first: first.toString() };
}

/** Waits for the connection's end, which may be a reset. */
async function ended(socket: Socket): Promise<void> {
  socket.resume();
  await new Promise((resolve) => {
    socket.once('close', resolve);
  });
}

it('refuses while the body is still coming, and ends when it has come', async () => {
  const { socket, first } = await begin();
  expect(first).toContain('413 Payload Too Large');
  expect(first).toContain('{"status":"too-large"}');
  socket.write(`${piece}${piece}0\r\n\r\n`);
  await once(socket, 'end');
});

it('gives up on a sender without end', async () => {
  const { socket } = await begin();
  const megabyte = Buffer.alloc(1024 * 1024);
  const chunk = Buffer.concat([Buffer.from('100000\r\n'), megabyte, Buffer.from('\r\n')]);
  let sent = 0;
  const more = () => {
    sent += 1;
    if (!socket.destroyed && socket.writable) socket.write(chunk, more);
  };
  const closed = ended(socket);
  more();
  await closed;
  expect(sent).toBeLessThan(64);
});

it('cuts off a body that other code still reads', async () => {
  onRequest = (request) => request.on('data', () => undefined);
  const { socket, first } = await begin();
  expect(first).toContain('{"status":"too-large"}');
  await ended(socket);
});
