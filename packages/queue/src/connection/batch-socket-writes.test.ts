import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { batchSocketWrites } from './batch-socket-writes.ts';

let server: Server;
let received = '';

beforeEach(async () => {
  received = '';
  server = createServer((socket) => {
    socket.on('data', (bytes) => {
      received += bytes.toString();
    });
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => void server.close());

async function connected(): Promise<Socket> {
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Counts the system calls that hand bytes to the socket. */
function countSends(socket: Socket): () => number {
  let sends = 0;
  const { _write, _writev } = socket;
  socket._write = (...args) => {
    sends += 1;
    _write.apply(socket, args);
  };
  if (_writev) {
    socket._writev = (...args) => {
      sends += 1;
      _writev.apply(socket, args);
    };
  }
  return () => sends;
}

it('what is written in one turn arrives whole and in order, with one system call', async () => {
  const socket = await connected();
  const sends = countSends(socket);
  batchSocketWrites({ stream: socket, on: () => undefined });
  for (const part of ['one ', 'two ', 'three ']) socket.write(part);
  socket.write(Buffer.from('four'));
  await expect.poll(() => received).toBe('one two three four');
  expect(sends()).toBe(1);
  socket.write(' five');
  await expect.poll(() => received).toBe('one two three four five');
  expect(sends()).toBe(2);
  socket.destroy();
});

it('goes on with the stream of every new connection, and takes none twice', async () => {
  const sockets = [await connected(), await connected()];
  let [current] = sockets;
  let onConnect = () => {};
  batchSocketWrites({
    get stream() {
      return current as Socket;
    },
    on: (_event, listener) => {
      onConnect = listener;
    },
  });
  onConnect();
  [, current] = sockets;
  onConnect();
  for (const socket of sockets) {
    const sends = countSends(socket);
    socket.write('a');
    socket.write('b');
    await expect.poll(sends).toBe(1);
    socket.destroy();
  }
});
