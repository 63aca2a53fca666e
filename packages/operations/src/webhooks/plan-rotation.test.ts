import { type Webhook, webhookTriggers } from '@sinch-callbacks/sinch-api';
import { expect, it } from 'vitest';
import { planRotation } from './plan-rotation.ts';

const target = 'https://callbacks.example.com/api/sinch/webhook';
const wanted = { target, secrets: ['new', 'old'] };

const signedWith = (secret: string, more: Partial<Webhook> = {}): Webhook => ({
  id: '01OURS',
  app_id: '01APP',
  target,
  target_type: 'HTTP',
  triggers: webhookTriggers,
  secret,
  ...more,
});

it('a rotation replaces a secret that the receivers still hold', () => {
  expect(planRotation([signedWith('old')], wanted)).toMatchObject({ kind: 'patch', position: 1 });
});

it('a rotation has nothing to do where the first secret signs, whatever else differs', () => {
  const dismissed = signedWith('new', { target_type: 'DISMISS', triggers: [] });
  expect(planRotation([signedWith('new')], wanted).kind).toBe('nothing');
  expect(planRotation([dismissed], wanted).kind).toBe('nothing');
});

it.each([
  ['whose old secret is not in the list', [signedWith('unknown')], 'old-secret-missing'],
  ['of a webhook that signs nothing', [signedWith('')], 'unsigned'],
  [
    'of a webhook that is not there',
    [signedWith('old', { target: 'https://x.example' })],
    'not-there',
  ],
  [
    'of a webhook that is not there, in an app with five',
    [1, 2, 3, 4, 5].map((n) => signedWith('old', { target: `https://x.example/${n}` })),
    'not-there',
  ],
])('a rotation is refused %s', (_, webhooks, kind) => {
  expect(planRotation(webhooks, wanted)).toMatchObject({ kind: 'refused', reason: { kind } });
});
