import { connect } from 'node:net';

/** Says something to a Redis over a connection of its own. @throws when it objects. */
export async function redisCommand(url: string, ...words: readonly string[]): Promise<void> {
  const { hostname, port, password } = new URL(url);
  const commands = [...(password ? [['AUTH', password]] : []), words, ['QUIT']];
  const socket = connect(Number(port), hostname);
  socket.end(commands.map(encode).join(''));
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  if (answer.includes('-')) throw new Error(answer);
}

function encode(words: readonly string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join('')}`;
}
