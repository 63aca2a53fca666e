import { describe, expect, test } from 'vitest';
import { latch } from './latch.ts';

describe('latch', () => {
  test('lets through who came before and who comes after it opened', async () => {
    const delivered = latch<number>('the delivery');
    const early = delivered.wait();
    expect(delivered.isOpen).toBe(false);

    delivered.open(1);
    delivered.open(2);

    expect(delivered.isOpen).toBe(true);
    await expect(Promise.all([early, delivered.wait()])).resolves.toEqual([1, 1]);
  });

  test('says what never came', async () => {
    await expect(latch('the delivery').wait(5)).rejects.toThrow('Waited 5 ms for the delivery');
  });
});
