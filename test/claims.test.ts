import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './shown-command.ts';

/*
 * Every claim of a page must have a test. Its tables of claims have two columns, `claim | test`. A
 * test is a link to its file, followed by its exact title between backticks or double quotes. A row
 * may name several.
 */
const pages = ['docs/security.md', 'docs/reliability.md'].filter((page) =>
  existsSync(path.join(root, page)),
);

interface Claim {
  readonly claim: string;
  readonly test: string;
}

/** Reads the rows of all tables whose columns are `claim | test`. */
function claimsOf(markdown: string): Claim[] {
  let isClaims = false;
  return markdown.split('\n').flatMap((line) => {
    const cells = cellsOf(line);
    if (cells === undefined) isClaims = false;
    else if (/^claim$/i.test(cells[0] ?? '') && /^test$/i.test(cells[1] ?? '')) isClaims = true;
    else if (isClaims && !/^:?-+:?$/.test(cells[0] ?? '')) {
      return [{ claim: cells[0] ?? '', test: cells.slice(1).join('|') }];
    }
    return [];
  });
}

function cellsOf(line: string): string[] | undefined {
  const row = /^\s*\|(.*)\|\s*$/.exec(line)?.[1];
  return row?.split('|').map((cell) => cell.trim());
}

/** Lists the faults of a claim's proof; none when it names existing tests. */
function faultsOf({ test }: Claim, page: string): string[] {
  const named = [...test.matchAll(/\]\(([^)]+)\)[^`"\]]*(?:`([^`]+)`|"([^"]+)")/g)];
  const links = [...test.matchAll(/\]\(/g)];
  if (named.length === 0 || named.length !== links.length) {
    return ['each test is a link to its file and its title in backticks or quotes'];
  }
  return named.flatMap(([, link = '', backticked, quoted]) => {
    const title = backticked ?? quoted ?? '';
    const file = path.resolve(root, path.dirname(page), link);
    if (!existsSync(file)) return [`${link} is not there`];
    if (!file.endsWith('.test.ts') && !file.includes('/test/')) return [`${link} is no test`];
    return titlesIn(readFileSync(file, 'utf8')).has(title)
      ? []
      : [`${link} has no test "${title}"`];
  });
}

/** Reads the titles of a file's tests as they are written, with `%s` and `$name`. */
function titlesIn(source: string): Set<string> {
  const literals = /(['`])((?:\\.|(?!\1)[^\\\n])+)\1/g;
  return new Set(
    [...source.matchAll(literals)].map(([, , text = '']) => text.replace(/\\(.)/g, '$1')),
  );
}

const claims = pages.flatMap((page) =>
  claimsOf(readFileSync(path.join(root, page), 'utf8')).map((claim) => ({ ...claim, page })),
);

describe('the pages', () => {
  it('claim something', () => {
    expect(claims.length).toBeGreaterThan(20);
  });

  it.each(claims)('claim what a test holds: $page: $claim', ({ page, ...claim }) => {
    expect(faultsOf(claim, page)).toEqual([]);
  });
});

describe('a claim', () => {
  const proof = (test: string) => faultsOf({ claim: 'x', test }, 'docs/x.md');
  const here = '[claims](../test/claims.test.ts)';

  it.each([
    ['', 'each test is a link'],
    ['trust us', 'each test is a link'],
    [here, 'each test is a link'],
    [`${here}: \`claim something\`, and [more](../test/start.test.ts)`, 'each test is a link'],
    ['[gone](../test/gone.test.ts): `claim something`', 'is not there'],
    ['[code](../scripts/start.ts): `claim something`', 'is no test'],
    [`${here}: \`claims ${'nothing'}\``, 'has no test'],
  ])('without a test that holds it is refused: %s', (test, fault) => {
    expect(proof(test).join()).toContain(fault);
  });

  it('with its test is taken', () => {
    expect(proof(`${here}: \`claim something\``)).toEqual([]);
    expect(proof(`${here}, "claim something"`)).toEqual([]);
  });

  it('is read only from tables of claims', () => {
    const table = '| claim | test |\n|---|---|\n| a | b |\n\n| what | why |\n|---|---|\n| c | d |';
    expect(claimsOf(table)).toEqual([{ claim: 'a', test: 'b' }]);
  });
});
