import { expect, it } from 'vitest';
import { healthAnswer } from './health-answer.ts';

it('asks the queue once for many requests at once, and again afterwards', async () => {
  let asked = 0;
  const producer = {
    isReachable: async () => {
      asked += 1;
      return await Promise.resolve(asked === 1);
    },
    enqueue: async () => await Promise.resolve({ kind: 'queued' } as const),
    isNearlyFull: () => false,
    addAnswerCounts: async () => await Promise.resolve(),
    close: async () => await Promise.resolve(),
  };
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => healthAnswer('GET', producer)),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
  expect(asked).toBe(1);
  expect((await healthAnswer('GET', producer)).status).toBe(503);
  expect(asked).toBe(2);
});

it.each(['POST', 'OPTIONS'])('is not there for %s', async (method) => {
  expect(await healthAnswer(method, undefined)).toMatchObject({
    status: 405,
    headers: { allow: 'GET, HEAD' },
  });
});
