import { expect, it } from 'vitest';
import { parseIngestConfig } from './ingest-config.ts';

const secretsIn = (text: string) => parseIngestConfig({ SINCH_WEBHOOK_SECRET: text });

it.each([
  ['"a,b",c', ['a,b', 'c']],
  ['c,"a,b"', ['c', 'a,b']],
  [' "a,b" , c ', ['a,b', 'c']],
  ['"say ""yes"", twice"', ['say "yes", twice']],
  ['"""quoted"""', ['"quoted"']],
  ['" blanks kept "', [' blanks kept ']],
  ['in"side,end"', ['in"side', 'end"']],
  ["'single',quotes", ["'single'", 'quotes']],
  ['"",a,"",', ['a']],
  ['"one,of,four",two,"three""",4', ['one,of,four', 'two', 'three"', '4']],
])('the secrets %j are read as %j', (text, secrets) => {
  expect(secretsIn(text)).toMatchObject({ config: { verification: { secrets } } });
});

it.each([
  '"hunter2',
  'a,"hunter2',
  '"hunter2"x',
  '"hunter2" x,b',
  'a, "hunter2"x',
  '"hunter2""',
  '"',
  'a,"b"",c',
  `${'"'.repeat(50_001)}${' '.repeat(50_000)}x`,
])('quotes that do not match stop the boot, with a message that shows no value', (text) => {
  expect(secretsIn(text)).toEqual({
    kind: 'invalid',
    message:
      'Invalid configuration:\n- SINCH_WEBHOOK_SECRET must be secrets with commas between them; one that holds a comma or begins with a quote stands in double quotes, with each quote of its own doubled',
  });
});
