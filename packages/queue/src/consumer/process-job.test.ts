import type { CallbackEvent } from '@sinch-callbacks/core';
import { expect, it } from 'vitest';
import { type HandleEvent, handleSafely } from './process-job.ts';

const event: CallbackEvent = {
  key: 'MESSAGE_INBOUND.M1.0',
  trigger: 'MESSAGE_INBOUND',
  entityId: 'M1',
  rawBody: { encoding: 'utf8', text: '{}' },
  receivedAt: '2026-01-01T00:00:00Z',
  signature: undefined,
};
const text = 'no answer from +46701230001 or z@example.com';

it.each<[string, HandleEvent]>([
  ['throws', () => Promise.reject(new Error(text))],
  [
    'returns',
    async () => ({ kind: 'failed', failureClass: 'permanent', message: text, stack: `at ${text}` }),
  ],
])('an error that an event %s is kept without numbers and addresses', async (_, handle) => {
  const outcome = await handleSafely(handle, event, 1);
  expect(outcome).toMatchObject({ kind: 'failed' });
  expect(JSON.stringify(outcome)).toMatch(/no answer from/);
  expect(JSON.stringify(outcome)).not.toMatch(/46701230001|z@example/);
});
