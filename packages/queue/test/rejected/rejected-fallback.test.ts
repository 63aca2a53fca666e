import { randomUUID } from 'node:crypto';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { expect, inject, it } from 'vitest';
import { openRejectedStore, type RejectedCallback, withFallbackStore } from '../../src/index.ts';
import { useQueueHarness } from '../queue-harness.ts';

const harness = useQueueHarness('postgres');
const startedAt = Date.now() - 60_000;

function nth(n: number): RejectedCallback {
  const receivedAt = new Date(startedAt + n * 1_000);
  const rawBody = Buffer.from(`body ${n}`);
  return { rawBody, headers: {}, cause: 'signature-mismatch', receivedAt };
}

async function open() {
  const prefix = `r${randomUUID().slice(0, 8)}`;
  const proxy = harness.closing(await openFaultProxy(inject('redisUrl')));
  const redis = { backend: { kind: 'redis', url: proxy.url }, prefix } as const;
  const options = { timeoutMs: 10_000 };
  const onPostgres = harness.closing(openRejectedStore(harness.location(), options));
  const both = (timeoutMs: number) => {
    const onRedis = openRejectedStore(redis, { timeoutMs });
    return harness.closing(
      withFallbackStore(onRedis, openRejectedStore(harness.location(), options)),
    );
  };
  return { proxy, onPostgres, both };
}

it('what is rejected while Redis is down is kept in Postgres, and both are read as one, in order', async () => {
  const { proxy, onPostgres, both } = await open();
  const [keeper, reader] = [both(500), both(10_000)];
  expect(await keeper.keep(nth(0))).toBe('kept');
  await proxy.cut();
  expect(await keeper.keep(nth(1))).toBe('kept');
  expect(await keeper.keep(nth(2))).toBe('kept');
  expect(await onPostgres.count()).toBe(2);
  await proxy.restore();
  await expect.poll(async () => await keeper.keep(nth(3))).toBe('kept');

  const bodies = (list: Awaited<ReturnType<typeof reader.list>>) =>
    list.map(({ rawBody }) => Buffer.from(rawBody ?? []).toString());
  const first = await reader.list({ limit: 3 });
  expect(bodies(first)).toEqual(['body 0', 'body 1', 'body 2']);
  expect(bodies(await reader.list({ limit: 3, after: first[2]?.id }))).toEqual(['body 3']);
  expect(await reader.count()).toBe(4);
});

it('what lies in both is one, and is gone from both when it is removed', async () => {
  const { onPostgres, both } = await open();
  const store = both(10_000);
  await Promise.all([store.keep(nth(0)), onPostgres.keep(nth(0))]);
  const [kept, ...others] = await store.list({ limit: 10 });
  expect([others, await store.count()]).toEqual([[], 1]);
  expect(await store.remove(kept?.id ?? '')).toBe(true);
  expect([await store.count(), await onPostgres.count()]).toEqual([0, 0]);
});

it('a Postgres that was never prepared holds nothing, which is no error for a reader', async () => {
  const location = { ...harness.location(), prefix: `n${randomUUID().slice(0, 8)}` };
  const store = harness.closing(openRejectedStore(location));
  expect([await store.count(), await store.list({ limit: 1 })]).toEqual([0, []]);
  expect([await store.find('one'), await store.remove('one')]).toEqual([undefined, false]);
  await expect(store.keep(nth(0))).rejects.toThrow();
});
