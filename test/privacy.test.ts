import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { personalColumns } from '../packages/db/src/privacy/personal-columns.ts';
import { root } from './shown-command.ts';

const page = readFileSync(path.join(root, 'docs/privacy.md'), 'utf8');
const [inPostgres = ''] = page.split('\n## Elsewhere');
const tables = Object.entries(personalColumns).map(([table, columns]) => ({
  table,
  personal: Object.entries(columns).filter(([, { holds }]) => holds !== 'none' && holds !== 'id'),
}));

it('docs/privacy.md lists every column that may hold personal data, and its redaction', () => {
  const listed = [...inPostgres.matchAll(/^\| (`\w+` \| .+) \| [^|]+ \|$/gm)].map(([, row]) => row);
  const expected = tables.flatMap(({ table, personal }) => {
    const groups = Object.groupBy(
      personal,
      ([, { holds, redaction }]) => `${holds}, ${redaction.kind}`,
    );
    const cells = Object.entries(groups).map(
      ([group, columns]) => `${group}: ${columns.map(([name]) => `\`${name}\``).join(', ')}`,
    );
    return cells.length === 0 ? [] : [`\`${table}\` | ${cells.join('; ')}`];
  });
  expect(listed).toEqual(expected);
});

it('docs/privacy.md names every table that holds none', () => {
  const without = tables.filter(({ personal }) => personal.length === 0);
  for (const { table } of without) {
    if (!table.startsWith('_')) expect(inPostgres).toContain(`\`${table}\``);
  }
});
