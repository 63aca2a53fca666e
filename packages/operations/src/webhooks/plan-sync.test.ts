import { type Webhook, webhookTriggers } from '@sinch-callbacks/sinch-api';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSync } from './plan-sync.ts';

const target = 'https://callbacks.example.com/api/sinch/webhook';
const wanted = { target, secrets: ['the-new-secret', 'the-old-secret'] };

function webhook(changes: Partial<Webhook> = {}): Webhook {
  return {
    id: '01OURS',
    app_id: '01APP',
    target,
    target_type: 'HTTP',
    triggers: webhookTriggers,
    secret: 'the-new-secret',
    ...changes,
  };
}

const other = (n: number) => webhook({ id: `01OTHER${n}`, target: `https://other.example/${n}` });
const four = [1, 2, 3, 4].map(other);

describe('a sync', () => {
  it('has nothing to do where the webhook is as it should be', () => {
    expect(planSync([...four, webhook()], wanted)).toMatchObject({
      kind: 'nothing',
      webhook: { id: '01OURS', secret: { kind: 'ours', position: 0 }, missingTriggers: [] },
    });
  });

  it.each([
    { target_type: 'DISMISS' },
    { triggers: webhookTriggers.slice(2) },
    { secret: 'the-old-secret' },
    { secret: '' },
    { secret: 'from elsewhere' },
  ])('sets no other field than the one that differs: %j', (changes) => {
    const plan = planSync([webhook(changes), ...four], wanted);
    expect(plan).toMatchObject({ kind: 'patch', webhook: { id: '01OURS' } });
    const fields = plan.kind === 'patch' ? plan.differences.map(({ field }) => field) : [];
    expect(fields).toEqual(Object.keys(changes));
  });

  it('sets all that differs where Sinch has only the target', () => {
    const { id, app_id } = webhook();
    expect(planSync([{ id, app_id, target }], wanted)).toMatchObject({
      kind: 'patch',
      differences: [
        { field: 'target_type', found: 'DISMISS' },
        { field: 'triggers', missing: webhookTriggers },
        { field: 'secret', found: { kind: 'none' } },
      ],
    });
  });

  it('leaves triggers that Sinch has added since', () => {
    const triggers = [...webhookTriggers, 'OF_NEXT_YEAR'];
    expect(planSync([webhook({ triggers })], wanted).kind).toBe('nothing');
  });

  it('recognises the target in another spelling', () => {
    const spelt = webhook({
      target: target.replace('callbacks.example.com', 'Callbacks.Example.COM:443'),
    });
    expect(planSync([spelt], wanted).kind).toBe('nothing');
    expect(planSync([spelt, webhook()], wanted)).toMatchObject({
      kind: 'refused',
      reason: { kind: 'several' },
    });
  });

  it('creates one where there is room, and names the five where there is none', () => {
    expect(planSync(four, wanted)).toEqual({ kind: 'create' });
    const plan = planSync([...four, other(5)], wanted);
    expect(plan).toMatchObject({ kind: 'refused', reason: { kind: 'full' } });
    expect(JSON.stringify(plan)).toContain('https://other.example/5');
  });

  it.each([
    [[], 'no-secret'],
    [['replace-me-with-the-secret-of-the-webhook'], 'placeholder-secret'],
  ])('is refused with the secrets %j', (secrets, kind) => {
    expect(planSync([], { target, secrets })).toEqual({ kind: 'refused', reason: { kind } });
  });
});

it('no plan holds a secret, nor a query, which may be one', () => {
  const secret = fc.constantFrom('the-new-secret', 'the-old-secret', 'foreign-secret', '');
  const address = fc.constantFrom(target, 'https://a.example/x', 'https://b.example/y');
  const hook = fc.record({
    id: fc.uuid(),
    target: address.map((text) => `${text}?token=secret-in-query`),
    secret,
    triggers: fc.subarray([...webhookTriggers]),
    target_type: fc.constantFrom('HTTP', 'DISMISS'),
  });
  fc.assert(
    fc.property(fc.array(hook, { maxLength: 5 }), fc.boolean(), (hooks, hasQuery) => {
      const webhooks = hooks.map((one) => ({ ...one, app_id: '01APP' }));
      const plan = planSync(webhooks, {
        ...wanted,
        target: hasQuery ? `${target}?token=secret-in-query` : target,
      });
      expect(JSON.stringify(plan)).not.toMatch(/-secret|secret-/);
    }),
  );
});
