import { describe, expect, test } from 'vitest';
import { latch, until } from './until.ts';

describe('until', () => {
  test('returns the first answer that is not "not yet"', async () => {
    const answers = [undefined, false, null, 0, 1];

    await expect(until(() => answers.shift(), { what: 'an answer' })).resolves.toBe(0);
  });

  test('asks at least once, however short the time', async () => {
    await expect(until(() => true, { what: 'nothing', timeoutMs: 0 })).resolves.toBe(true);
  });

  test('treats an exception as "not yet" and keeps the last one as the cause', async () => {
    const failing = until(() => Promise.reject(new Error('refused')), {
      what: 'the server',
      timeoutMs: 30,
      intervalMs: 5,
    });

    await expect(failing).rejects.toMatchObject({
      message: 'Waited 30 ms for the server, in vain.',
      cause: { message: 'refused' },
    });
  });
});

describe('latch', () => {
  test('releases those who waited before and those who wait after it opened', async () => {
    const delivered = latch<number>('the delivery');
    const early = delivered.wait();
    expect(delivered.isOpen).toBe(false);

    delivered.open(1);
    delivered.open(2);

    expect(delivered.isOpen).toBe(true);
    await expect(Promise.all([early, delivered.wait()])).resolves.toEqual([1, 1]);
  });

  test('names what never happened', async () => {
    await expect(latch('the delivery').wait(5)).rejects.toThrow('Waited 5 ms for the delivery');
  });
});
