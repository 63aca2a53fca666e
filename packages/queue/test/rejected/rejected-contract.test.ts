import { randomBytes } from 'node:crypto';
import { type RejectionCause, signatureHeaders } from '@sinch-callbacks/core';
import { openFaultProxy } from '@sinch-callbacks/dev-env/servers';
import { describe, expect, it } from 'vitest';
import { migrateQueue, openRejectedStore, type RejectedCallback } from '../../src/index.ts';
import { rejectedBounds, writeEntry } from '../../src/rejected/rejected-callback.ts';
import type { RejectedStoreOptions } from '../../src/rejected/rejected-store.ts';
import { serverKinds, useQueueHarness } from '../queue-harness.ts';

const startedAt = Date.parse('2026-01-02T03:04:05.678Z');
const headers = {
  [signatureHeaders.signature]: '6bpJoRmFoXVjfJIVglMoJzYXxnoxRujzR4k2GOXewOE=',
  [signatureHeaders.timestamp]: '1634579353',
  [signatureHeaders.nonce]: '01FJA8B4A7BM43YGWSG9GBV067',
  [signatureHeaders.algorithm]: 'HmacSHA256',
};

/** The nth callback, a second after the one before. */
function nth(n: number, changes: Partial<RejectedCallback> = {}): RejectedCallback {
  const receivedAt = new Date(startedAt + n * 1_000);
  const cause: RejectionCause = 'signature-mismatch';
  return { rawBody: Buffer.from(`body ${n}`), headers, cause, receivedAt, ...changes };
}

describe.each(serverKinds)('rejected callbacks on %s', (kind) => {
  const harness = useQueueHarness(kind);

  function open({ bounds, ...options }: Partial<RejectedStoreOptions> = {}) {
    const now = () => new Date(startedAt + 3_600_000);
    const all = { ...rejectedBounds, ...bounds };
    const location = harness.location();
    return harness.closing(openRejectedStore(location, { now, bounds: all, ...options }));
  }

  async function bodies(store: ReturnType<typeof open>): Promise<string[]> {
    const kept = await store.list({ limit: 1_000 });
    return kept.map(({ rawBody }) => Buffer.from(rawBody ?? []).toString());
  }

  it.each([
    ['text', Buffer.from('{"a":"Grüße 😀"}\r\n')],
    ['bytes that are no text', Buffer.from([0xff, 0x00, 0xfe, 0x7b])],
    ['nothing', Buffer.alloc(0)],
  ])('come back byte for byte, with their headers: %s', async (_, rawBody) => {
    const store = open();
    const callback = nth(0, { rawBody });
    expect(await store.keep(callback)).toBe('kept');
    const [kept] = await store.list({ limit: 10 });
    expect(kept).toEqual({ ...callback, id: kept?.id, bodyBytes: rawBody.length });
    expect(await store.find(kept?.id ?? '')).toEqual(kept);
    expect(await store.find('20260102T030405678Z-none')).toBeUndefined();
  });

  it('are there for another process, page by page in the order in which they came', async () => {
    const store = open();
    for (const n of [3, 1, 0, 4, 2]) await store.keep(nth(n));
    const other = open();
    const first = await other.list({ limit: 2 });
    const after = first.at(-1)?.id;
    await other.remove(after ?? '');
    const rest = await other.list({ limit: 10, after });
    const received = [...first, ...rest].map(({ receivedAt }) => receivedAt.getTime() - startedAt);
    expect(received).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
    expect(await other.count()).toBe(4);
  });

  it('are removed once', async () => {
    const store = open();
    await store.keep(nth(0));
    const [kept] = await store.list({ limit: 1 });
    expect(await store.remove(kept?.id ?? '')).toBe(true);
    expect(await store.remove(kept?.id ?? '')).toBe(false);
    expect(await store.count()).toBe(0);
  });

  it('are one when the same one is kept again, as after a call that timed out', async () => {
    const store = open();
    await store.keep(nth(0));
    expect(await store.keep(nth(0))).toBe('kept');
    expect(await store.count()).toBe(1);
  });

  it('past the count: the oldest is dropped', async () => {
    const store = open({ bounds: { ...rejectedBounds, maxEntries: 3 } });
    for (const n of [0, 1, 2, 3, 4]) await store.keep(nth(n));
    expect(await bodies(store)).toEqual(['body 2', 'body 3', 'body 4']);
  });

  it('past the bytes: as many of the oldest are dropped as make room', async () => {
    const rawBody = randomBytes(3_000);
    const maxTotalBytes = writeEntry(nth(0, { rawBody }), 4_000).length + 200;
    const store = open({ bounds: { ...rejectedBounds, maxTotalBytes } });
    await store.keep(nth(0, { rawBody }));
    expect(await store.count()).toBe(1);
    await store.keep(nth(1));
    expect(await bodies(store)).toEqual(['body 1']);
    // Entries that were dropped or removed no longer count.
    const [kept] = await store.list({ limit: 1 });
    await store.remove(kept?.id ?? '');
    await store.keep(nth(2, { rawBody }));
    expect(await store.count()).toBe(1);
  });

  it('past their age: are neither shown nor counted, and dropped when the next one comes', async () => {
    let at = startedAt;
    const store = open({ now: () => new Date(at) });
    await store.keep(nth(0));
    await store.keep(nth(0, { cause: 'missing-signature-headers', headers: {} }));
    at += rejectedBounds.maxAgeMs + 1;
    expect([await store.count(), await store.list({ limit: 9 })]).toEqual([0, []]);
    await store.keep(nth(1, { receivedAt: new Date(at) }));
    at = startedAt;
    expect(await bodies(store)).toEqual(['body 1']);
  });

  it('that can never be verified make room for those that another secret could verify', async () => {
    const store = open({ bounds: { ...rejectedBounds, maxEntries: 3 } });
    const unverifiable = (n: number) =>
      nth(n, { cause: 'missing-signature-headers', headers: {}, rawBody: Buffer.from('noise') });
    expect(await store.keep(unverifiable(0))).toBe('kept');
    for (const n of [1, 2]) await store.keep(nth(n));
    for (const n of [3, 4]) expect(await store.keep(unverifiable(n))).toBe('kept');
    expect(await bodies(store)).toEqual(['body 1', 'body 2', 'noise']);
    await store.keep(nth(5));
    expect(await store.keep(unverifiable(6))).toBe('no-room');
    expect(await bodies(store)).toEqual(['body 1', 'body 2', 'body 5']);
  });

  it('too long to keep leave a note that they came', async () => {
    const store = open();
    const rawBody = Buffer.alloc(rejectedBounds.maxBodyBytes + 1);
    expect(await store.keep(nth(0, { rawBody }))).toBe('kept-without-body');
    expect(await store.list({ limit: 1 })).toMatchObject([
      { rawBody: undefined, bodyBytes: rawBody.length, headers },
    ]);
  });

  it('never exceed their bounds, however many come at once from however many processes', async () => {
    const bounds = { ...rejectedBounds, maxEntries: 20, maxTotalBytes: 30_000 };
    const watcher = open({ bounds, timeoutMs: 20_000 });
    const stores = Array.from({ length: 8 }, () => open({ bounds, timeoutMs: 20_000 }));
    const peaks: number[] = [];
    await Promise.all(
      Array.from({ length: 300 }, async (_, n) => {
        await stores[n % 8]?.keep(nth(n, { rawBody: randomBytes((n * 37) % 2_500) }));
        peaks.push(await watcher.count());
      }),
    );
    const kept = await open().list({ limit: 1_000 });
    const bytes = kept.map(({ rawBody, ...rest }) => {
      const callback = {
        ...rest,
        cause: 'signature-mismatch',
        rawBody: rawBody ?? Buffer.alloc(0),
      };
      return writeEntry(callback as RejectedCallback, 64_000).length;
    });
    expect(Math.max(...peaks, kept.length)).toBeLessThanOrEqual(20);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(30_000);
    expect(kept.length).toBeGreaterThan(5);
  });

  // A cluster has several addresses, and a proxy stands in front of only one.
  it.skipIf(kind === 'cluster')(
    'fail in time while their server is down, and are kept again when it is up',
    async () => {
      const { backend, prefix } = harness.location();
      const proxy = harness.closing(await openFaultProxy(backend.url, 'cut'));
      const behindProxy = { backend: { ...backend, url: proxy.url }, ...(prefix && { prefix }) };
      const store = harness.closing(openRejectedStore(behindProxy, { timeoutMs: 500 }));
      const receivedAt = new Date();
      const before = performance.now();
      await expect(store.keep(nth(0, { receivedAt }))).rejects.toThrow();
      expect(performance.now() - before).toBeLessThan(2_000);
      await proxy.restore();
      await expect
        .poll(async () => await store.keep(nth(0, { receivedAt })).catch(String))
        .toBe('kept');
    },
  );

  it('stay where they are when their server is prepared again', async () => {
    const store = open();
    await store.keep(nth(0));
    await Promise.all([migrateQueue(harness.location()), migrateQueue(harness.location())]);
    expect(await store.count()).toBe(1);
  });
});
