import { signCallback } from '@sinch-callbacks/core';
import { recheckAll } from '@sinch-callbacks/operations';
import {
  migrateQueue,
  openProducer,
  openRejectedStore,
  type RejectedCallback,
} from '@sinch-callbacks/queue';
import { describe, expect, it } from 'vitest';
import { callbacksHere, openCliHarness, useCli } from '../harness/cli-harness.ts';
import { reportOf } from '../harness/letters.ts';

const secrets = ['test-secret', 'old-secret'];
const startedAt = Date.now() - 3_600_000;

/** The nth callback of an afternoon, signed with this secret and rejected then. */
function rejected(n: number, secret: string): RejectedCallback {
  const rawBody = Buffer.from(reportOf(`01R${n}`).rawBody.text);
  const receivedAt = new Date(startedAt + n * 1_000);
  const timestampSeconds = Math.floor(receivedAt.getTime() / 1000);
  const headers = signCallback({ rawBody, secret, nonce: `01N${n}`, timestampSeconds });
  return { rawBody, headers, cause: 'signature-mismatch', receivedAt };
}

const keys = (count: number) =>
  Array.from({ length: count }, (_, n) => reportOf(`01R${n}`).key).toSorted();

describe.each(['redis', 'postgres'] as const)(
  'callbacks rejected, with the queue on %s',
  (kind) => {
    const cli = useCli(kind);

    async function keep(...all: readonly RejectedCallback[]): Promise<void> {
      const store = openRejectedStore(cli.location, { timeoutMs: 10_000 });
      for (const callback of all) await store.keep(callback);
      await store.close();
    }

    const here = async (...args: string[]) =>
      await callbacksHere(['--no-stack', 'rejected', ...args], cli.env);
    const json = async (...args: string[]) => {
      const { code, stdout } = await here(...args, '--json');
      return { code, document: JSON.parse(stdout) as Record<string, unknown> };
    };

    it('queues all that a wrong secret had rejected, once, and leaves forgeries where they are', async () => {
      const count = 250;
      const genuine = Array.from({ length: count }, (_, n) => rejected(n, secrets[n % 2] ?? ''));
      await keep(...genuine, rejected(count, 'forged'));

      const dry = await here('recheck', '--dry-run');
      expect(dry).toMatchObject({ code: 0 });
      expect(dry.stderr).toContain(`${count} callbacks would be queued, 1 callback still rejected`);
      expect(dry.stderr).toContain('dry run, nothing is queued and nothing is changed');
      const lines = dry.stdout.trimEnd().split('\n');
      expect(lines).toHaveLength(count + 1);
      for (const line of lines) expect(line).toMatch(/^dry run /);
      expect(await cli.jobIds('live')).toEqual([]);

      const first = await json('recheck');
      expect(first.document).toMatchObject({
        counts: { queued: count, 'still-rejected': 1 },
        dryRun: false,
      });
      expect(await cli.jobIds('live')).toEqual(keys(count));
      const second = await json('recheck');
      expect(second.document).toMatchObject({ counts: { 'still-rejected': 1 } });
      expect(await cli.jobIds('live')).toHaveLength(count);
      expect(await json('list')).toMatchObject({ code: 0, document: { total: 1 } });
    });

    it('a recheck that dies between queueing and removing is finished by the same command', async () => {
      await keep(rejected(0, 'test-secret'), rejected(1, 'test-secret'));
      const store = openRejectedStore(cli.location);
      const remove = async () => await Promise.reject(new Error('crash'));
      const producer = openProducer({ ...cli.location, timeoutMs: 10_000 });
      const dying = recheckAll({ store: { list: store.list, remove }, secrets, producer });
      await expect(dying.next()).rejects.toThrow('crash');
      await producer.close();
      expect(await cli.jobIds('live')).toEqual(keys(1));
      expect(await store.count()).toBe(2);
      await store.close();

      expect(await json('recheck')).toMatchObject({ code: 0, document: { counts: { queued: 2 } } });
      expect(await json('recheck')).toMatchObject({ code: 0, document: { counts: {} } });
      expect(await cli.jobIds('live')).toEqual(keys(2));
    });

    it('keeps what the queue does not take', async () => {
      await keep(rejected(0, 'test-secret'));
      const store = openRejectedStore(cli.location);
      const producer = {
        enqueue: async () =>
          await Promise.resolve({ kind: 'unavailable', reason: 'down' } as const),
      };
      const work = { store, secrets, producer };
      await expect(recheckAll(work).next()).rejects.toMatchObject({ code: 'queue-unavailable' });
      expect(await store.count()).toBe(1);
      await store.close();
    });

    it('lists page by page, and shows a body only when it is asked for', async () => {
      await keep(...[0, 1, 2].map((n) => rejected(n, 'forged')));
      const first = await json('list', '--limit', '2');
      expect(first.document).toMatchObject({
        total: 3,
        callbacks: [{ nonce: '01N0', cause: 'signature-mismatch' }, { nonce: '01N1' }],
      });
      const next = String(first.document['next']);
      const second = await json('list', '--after', next);
      expect(second.document).toMatchObject({ callbacks: [{ nonce: '01N2' }], next: null });

      const id = (second.document['callbacks'] as { id: string }[])[0]?.id ?? '';
      const [listed, shown, withBody] = await Promise.all([
        here('list'),
        here('show', id),
        here('show', id, '--body'),
      ]);
      expect(listed.stdout + shown.stdout).not.toContain('01PERSON');
      expect(shown.stdout).toContain('x-sinch-webhook-signature-nonce');
      expect(withBody.stdout).toContain('01PERSON');
      expect(await here('show', 'nothing')).toMatchObject({ code: 1 });
    });
  },
);

describe('callbacks rejected', () => {
  it('lists and rechecks what ingest kept in Postgres while Redis was down, too', async () => {
    const cli = await openCliHarness('redis');
    const { location, env } = cli;
    const { DATABASE_URL: url = '' } = env;
    const fallback = { ...location, backend: { kind: 'postgres', url } } as const;
    await migrateQueue(fallback);
    for (const [n, where] of [location, fallback].entries()) {
      const store = openRejectedStore(where, { timeoutMs: 10_000 });
      await store.keep(rejected(n, 'test-secret'));
      await store.close();
    }
    const here = async (...args: string[]) =>
      await callbacksHere(['--no-stack', 'rejected', ...args, '--json'], env);
    expect(JSON.parse((await here('list')).stdout)).toMatchObject({ total: 2 });
    const recheck = async () => JSON.parse((await here('recheck')).stdout) as unknown;
    expect(await recheck()).toMatchObject({ counts: { queued: 2 } });
    expect(await recheck()).toMatchObject({ counts: {} });
    expect(await cli.jobIds('live')).toEqual(keys(2));
    await cli.close();
  });

  it('says what it lacks, and what cannot be reached', async () => {
    const down = { REDIS_URL: 'redis://127.0.0.1:1' };
    const recheck = ['--no-stack', 'rejected', 'recheck'];
    expect(await callbacksHere(recheck, down)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('SINCH_WEBHOOK_SECRET'),
    });
    expect(await callbacksHere(recheck, { SINCH_WEBHOOK_SECRET: 's' })).toMatchObject({ code: 2 });
    expect(await callbacksHere(recheck, { ...down, SINCH_WEBHOOK_SECRET: 's' })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('the queue cannot be used'),
    });
  });
});
