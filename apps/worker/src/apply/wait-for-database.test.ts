import { DatabaseUnavailableError } from '@sinch-callbacks/db';
import { expect, it } from 'vitest';
import { createDatabaseWait } from './wait-for-database.ts';

it('an outage is over once something that was asked after the last failure is answered', async () => {
  const calls: string[] = [];
  const wait = createDatabaseWait(
    {
      recordFailure: () => calls.push('failed'),
      recordSuccess: () => calls.push('answered'),
      downMs: () => undefined,
    },
    { firstPauseMs: 1, longestPauseMs: 1 },
  );
  const [early, retried] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const askedEarly = wait.run(() => early.promise);
  let attempts = 0;
  const askedAgain = wait.run(async () => {
    attempts += 1;
    if (attempts === 1) throw new DatabaseUnavailableError(new Error('gone'));
    await retried.promise;
  });
  await expect.poll(() => attempts).toBe(2);

  early.resolve();
  await askedEarly;
  expect(calls).toEqual(['failed']);
  retried.resolve();
  await askedAgain;
  expect(calls).toEqual(['failed', 'answered']);
});
