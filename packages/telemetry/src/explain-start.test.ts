import { expect, it } from 'vitest';
import { explainStart } from './explain-start.ts';

const variables = { host: 'HOST', port: 'PORT' };

it.each(['INVALID_CONFIG', 'DATABASE_UNAVAILABLE', 'erasure-log'])(
  'a start that an operator can fix is explained by its message alone: %s',
  (code) => {
    const error = Object.assign(new Error('ERASURE_LOG cannot be written'), { code });
    expect(explainStart(error, variables)).toBe('ERASURE_LOG cannot be written');
  },
);

it('a bug is shown with its stack', () => {
  const shown = explainStart(new TypeError('x is not a function'), variables);
  expect(shown).toContain('x is not a function');
  expect(shown).toContain('explain-start.test.ts');
});
