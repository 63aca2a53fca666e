import { connect } from 'node:net';

/** Says one thing to a Redis, over a connection of its own, and returns its raw answer. */
export async function askRedis(url: string, ...words: readonly string[]): Promise<string> {
  const { hostname, port, password } = new URL(url);
  const commands = [...(password ? [['AUTH', password]] : []), words, ['QUIT']];
  const socket = connect(Number(port), hostname);
  socket.end(commands.map(encode).join(''));
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  if (/^-/m.test(answer)) throw new Error(answer);
  return answer;
}

function encode(words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join('')}`;
}
