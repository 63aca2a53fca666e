import { expect, it } from 'vitest';
import { parseHandlersConfig } from './handlers-config.ts';

const environment = { DATABASE_URL: 'postgresql://localhost/sinch' };

it('reads the key that finds the opt-outs of erased people, and does without', () => {
  expect(parseHandlersConfig(environment)).toMatchObject({
    kind: 'valid',
    config: { erasureKey: undefined },
  });
  const key = 'k'.repeat(32);
  expect(parseHandlersConfig({ ...environment, ERASURE_KEY: key })).toMatchObject({
    config: { erasureKey: key },
  });
});

it('refuses a key that is too short, and does not show it', () => {
  const result = parseHandlersConfig({ ...environment, ERASURE_KEY: 'teapot' });
  const message = result.kind === 'invalid' ? result.message : '';
  expect(message).toContain('ERASURE_KEY');
  expect(message).not.toContain('teapot');
});
