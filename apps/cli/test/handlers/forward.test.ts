import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { callbacksHere, useCli } from '../harness/cli-harness.ts';
import { apply, inbound } from '../harness/handled-events.ts';

const cli = useCli();

interface Received {
  readonly id: string | undefined;
  readonly body: string;
}

let close: (() => void) | undefined;
afterEach(() => close?.());

/** Starts a receiver that answers as `answer` does, and records what it received. */
async function receive(
  answer: (response: ServerResponse, count: number) => Promise<void> | void,
): Promise<{ readonly to: string; readonly received: readonly Received[] }> {
  const received: Received[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const id = request.headers['webhook-id'];
    received.push({ id: typeof id === 'string' ? id : undefined, body: await text(request) });
    await answer(response, received.length);
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  close = () => server.close();
  return { to: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

describe('callbacks forward', () => {
  it('sends stored callbacks byte for byte, the oldest first, and reports each answer', async () => {
    await apply(cli.database, ['01A', '01B']);
    const { to, received } = await receive((response, count) => {
      response.writeHead(count === 2 ? 500 : 200).end();
    });
    const { code, document } = await cli.runJson('forward', '--to', to, '--since', '1h');
    expect(code).toBe(1);
    expect(document).toMatchObject({
      sent: [{ status: 200 }, { status: 500 }],
      counts: { accepted: 1, refused: 1 },
    });
    expect(received.map(({ body }) => body).toSorted()).toEqual(
      ['01A', '01B'].map((id) => JSON.stringify(inbound(id))).toSorted(),
    );
  });

  it('sends a callback again with the same id, so that a receiver can drop it', async () => {
    await apply(cli.database, ['01A', '01B']);
    const { to, received } = await receive((response) => {
      response.writeHead(200).end();
    });
    const env = { ...cli.env, FORWARD_SECRET: `whsec_${Buffer.alloc(24, 1).toString('base64')}` };
    const args = ['forward', '--to', to, '--since', '1h', '--as', 'standard', '--no-stack'];
    for (let run = 0; run < 2; run += 1) expect((await callbacksHere(args, env)).code).toBe(0);
    const ids = received.map(({ id }) => id);
    expect(ids).toHaveLength(4);
    expect(ids.slice(2)).toEqual(ids.slice(0, 2));
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('ends its one document with the counts when the database fails in the middle', async () => {
    const ids = Array.from({ length: 501 }, (_, index) => `01ID${index}`);
    await apply(cli.database, ids);
    const { to } = await receive(async (response, count) => {
      if (count === 1) await cli.database.pool.query('ALTER TABLE callback_event RENAME TO gone');
      response.writeHead(200).end();
    });
    const { code, document, stderr } = await cli.runJson('forward', '--to', to, '--since', '1h');
    expect(code).toBe(3);
    expect(document).toMatchObject({
      counts: { accepted: 500, refused: 0 },
      error: { code: 'database-unavailable' },
    });
    expect(stderr).toContain('500 callbacks accepted, 0 refused');
  });

  it('stops at a receiver that does not answer, and says where to go on', async () => {
    await apply(cli.database, ['01A', '01B', '01C', '01D', '01E', '01F', '01G']);
    const { to, received } = await receive((response) => {
      response.destroy();
    });
    const { code, document, stderr } = await cli.runJson('forward', '--to', to, '--since', '1h');
    expect(code).toBe(1);
    expect(received).toHaveLength(5);
    expect(document).toMatchObject({ counts: { refused: 5 }, error: { code: 'no-answer' } });
    expect(stderr).toContain('--since 20');
  });

  it('refuses a receiver on another machine without TLS', async () => {
    const refused = await cli.run('forward', '--to', 'http://example.com/', '--since', '1h');
    expect(refused).toMatchObject({ code: 2 });
    expect(refused.stderr).toContain('https:');
  });
});
