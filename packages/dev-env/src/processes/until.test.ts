import { describe, expect, test } from 'vitest';
import { until } from './until.ts';

describe('until', () => {
  test('returns the first answer that is not "not yet"', async () => {
    const answers = [undefined, false, null, 0, 1];

    await expect(until(() => answers.shift(), { what: 'an answer' })).resolves.toBe(0);
  });

  test('asks at least once, however short the time', async () => {
    await expect(until(() => true, { what: 'nothing', timeoutMs: 0 })).resolves.toBe(true);
  });

  test('takes an exception for "not yet" and keeps the last one as the cause', async () => {
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
