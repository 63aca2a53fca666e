import { Writable } from 'node:stream';
import { setInterval } from 'node:timers/promises';
import { freePort, startProcess, until } from '@sinch-callbacks/dev-env/processes';
import { programs } from '@sinch-callbacks/dev-env/stack';
import { expect, it, onTestFinished } from 'vitest';
import { useCli } from '../harness/cli-harness.ts';
import { consume } from '../harness/letters.ts';
import { openAccount, secrets } from '../harness/sinch-account.ts';

const cli = useCli();
const everyMs = 50;
const timeoutMs = 30_000;

/** Starts the real ingest on one port, several times in turn, and reads the log of all. */
async function openIngest() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/api/sinch/webhook`;
  const chunks: string[] = [];
  const log = () =>
    new Writable({
      write(chunk: Buffer, _, done) {
        chunks.push(chunk.toString());
        done();
      },
    });
  let running: Awaited<ReturnType<typeof startProcess>> | undefined;
  onTestFinished(async () => void (await running?.stop()));
  return {
    url,
    stop: async () => await running?.stop(),
    async restart(...held: readonly string[]) {
      await running?.stop();
      running = await startProcess({
        name: 'ingest',
        command: process.execPath,
        args: [programs.listener],
        env: { ...cli.env, SINCH_WEBHOOK_SECRET: held.join(','), INGEST_PORT: String(port) },
        readyWhen: { kind: 'http', url, status: 405 },
        log: log(),
      });
    },
    /** The status and the secret of each request so far. */
    answers: () =>
      chunks
        .join('')
        .split('\n')
        .filter((line) => line.includes('"callback received"') && line.endsWith('}'))
        .map((line) => JSON.parse(line) as { status: number; secretPosition?: number }),
  };
}

/** Has a person write to the app all the time, until it is stopped. */
function keepWriting(write: (text: string) => void) {
  const stopping = new AbortController();
  const running = (async () => {
    let count = 0;
    try {
      for await (const _ of setInterval(everyMs, undefined, { signal: stopping.signal })) {
        count += 1;
        write(`text ${count}`);
      }
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
    }
    return count;
  })();
  return {
    async stop(): Promise<number> {
      stopping.abort();
      return await running;
    },
  };
}

it('a rotation rejects and loses no callback, while they keep coming to the real ingest', async () => {
  const { sinch, register, run, webhooks } = await openAccount(
    {},
    { DATABASE_URL: cli.env['DATABASE_URL'] ?? '' },
  );
  const ingest = await openIngest();
  const rotate = async () => await run('rotate', '--target', ingest.url);
  const worker = consume(cli, 'live', async (_, apply) => await apply());
  const applied = async () => await cli.database.prisma.message.count();
  const seen = (position: number) => () =>
    ingest.answers().some(({ secretPosition }) => secretPosition === position);

  await ingest.restart(secrets.old);
  await register({ target: ingest.url, secret: secrets.old });
  const writing = keepWriting((text) => {
    sinch.receiveInbound({ channel: 'SMS', identity: '15551234567', text });
  });
  await until(async () => (await applied()) > 0, { what: 'a callback to be applied', timeoutMs });

  // Too early: no receiver holds the new secret. Its one probe is all that gets a 401.
  const refused = await rotate();
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('position 0') });
  expect(await webhooks()).toMatchObject([{ secret: secrets.old }]);

  await ingest.restart(secrets.new, secrets.old);
  await until(seen(1), { what: 'the old secret to be the second one', timeoutMs });
  expect(await rotate()).toMatchObject({ code: 0 });
  expect(await webhooks()).toMatchObject([{ secret: secrets.new }]);
  const before = sinch.truth().callbacks.acknowledged;
  await until(() => sinch.truth().callbacks.acknowledged > before + 10, {
    what: 'callbacks with the new secret',
    timeoutMs,
  });

  const sent = await writing.stop();
  await sinch.whenSettled();
  await ingest.restart(secrets.new);
  sinch.receiveInbound({ channel: 'SMS', identity: '15551234567', text: 'the last one' });
  await sinch.whenSettled();

  const { offered, acknowledged, lost, givenUp } = sinch.truth().callbacks;
  expect({ acknowledged, lost, givenUp }).toEqual({ acknowledged: offered, lost: 0, givenUp: 0 });
  await ingest.stop();
  expect(ingest.answers().filter(({ status }) => status === 401)).toHaveLength(1);
  for (const position of [0, 1]) expect(seen(position)()).toBe(true);
  await until(async () => (await applied()) === sent + 1, {
    what: `${sent + 1} messages to be applied`,
    timeoutMs,
  });
  await worker.close();
}, 120_000);
