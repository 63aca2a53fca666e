import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { root } from './shown-command.ts';

/*
 * `docs/limits.md` has a row for each limit. A row names a workspace and not a file, so that code
 * may move within its workspace.
 */
const workspaces = ['cli', 'handlers', 'ingest', 'sender', 'worker']
  .map((name) => `apps/${name}`)
  .concat(
    [
      'config',
      'core',
      'db',
      'handlers',
      'operations',
      'outbound',
      'queue',
      'sinch-api',
      'telemetry',
    ].map((name) => `packages/${name}`),
  );
const limitName = /(?:Ms|Seconds|Bytes|Days)$|^(?:max|min|most|fewest)[A-Z]/;
/** Units of time, layouts of bytes, and the times of simulated events. */
const notLimits = new Set(
  ['dayMs', 'weekMs', 'firstMondayMs', 'secondMs', 'hourMs', 'eventSpacingMs', 'lifetimeMs'].concat(
    ['blockBytes', 'digestBytes', 'headerBytes', 'lengthBytes'],
  ),
);
/** Units of a cell, in milliseconds, bytes or pieces. */
const units: Readonly<Record<string, number>> = {
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  day: 86_400_000,
  days: 86_400_000,
  KiB: 1024,
  MiB: 1024 ** 2,
  '%': 1 / 100,
};

const arithmetic = createContext({});
const page = readFileSync(path.join(root, 'docs/limits.md'), 'utf8');
const sources = new Map(workspaces.map((workspace) => [workspace, readRoom(workspace)]));

type Workspace = ReturnType<typeof readRoom>;

function readRoom(workspace: string) {
  const files = globSync('src/**/*.ts', { cwd: path.join(root, workspace) });
  const own = files.filter((file) => !/\.(?:test|fixture)\.ts$|generated/.test(file));
  const source = own
    .map((file) => readFileSync(path.join(root, workspace, file), 'utf8'))
    .join('\n');
  return { source, constants: constantsOf(source) };
}

/** The module-level constants whose initialiser is a number or calculates one. */
function constantsOf(source: string): readonly (readonly [string, number])[] {
  const known = new Map<string, number>();
  const declarations = source.matchAll(/^(?:export )?const (\w+)(?:: number)? = ([^;]+);/gm);
  return [...declarations].flatMap(([, name = '', text = '']) => {
    const value = evaluate(text, known);
    if (value !== undefined) known.set(name, value);
    return value === undefined ? [] : [[name, value] as const];
  });
}

function evaluate(text: string, known: ReadonlyMap<string, number>): number | undefined {
  const numbers = text.replaceAll(/\b[a-z]\w*/gi, (name) => String(known.get(name) ?? name));
  if (!/^[\d_\s.*+/()-]+$/.test(numbers)) return undefined;
  try {
    return Number(runInContext(numbers, arithmetic));
  } catch {
    return undefined;
  }
}

/** The values that a name has in a workspace: as a constant, a member, a default or a variable. */
function valuesOf(name: string, { source, constants }: Workspace): readonly number[] {
  const [member = '', object] = name.split('.').toReversed();
  const start = object === undefined ? 0 : source.search(new RegExp(`const ${object}\\b`));
  if (start < 0) return [];
  const given = `\\b${member}'?(?:: number)?(?: =|:) (?:[^\\n;]*(?:\\.default|Math\\.max)\\()?`;
  const found = source.slice(start).matchAll(new RegExp(`${given}([^,;)}\\n]+)`, 'g'));
  const values = [...found].map(([, text = '']) => evaluate(text.trim(), new Map(constants)));
  const numbers = values.filter((value) => value !== undefined);
  return object === undefined ? numbers : numbers.slice(0, 1);
}

function isSame(cell: string, name: string, value: number): boolean {
  const [, digits = '', unit = ''] = /^([\d.,]+) ?(\S*)/.exec(cell) ?? [];
  const inCell = Number(digits.replaceAll(',', '')) * (units[unit] ?? 1);
  const scale = /seconds$/i.test(name) ? 1_000 : name.endsWith('Days') ? 86_400_000 : 1;
  return Math.abs(inCell - value * scale) < 1e-9;
}

/** The differences between the table and the code. */
function faultsOf(markdown: string): string[] {
  const cells = markdown.matchAll(/^\| `([\w.-]+)` \| ([\w/-]+) \| ([^|]+) \|/gm);
  const rows = [...cells].map(([, name = '', workspace = '', cell = '']) => ({
    name,
    workspace,
    cell,
  }));
  const wrong = rows.flatMap(({ name, workspace, cell }) => {
    const read = sources.get(workspace);
    const values = read === undefined ? [] : valuesOf(name, read);
    if (values.some((value) => isSame(cell, name, value))) return [];
    return [`${name} of ${workspace} is ${cell} in the table and ${values.join(', ')} in the code`];
  });
  const missing = [...sources].flatMap(([workspace, { constants }]) =>
    constants
      .filter(([name]) => limitName.test(name) && !notLimits.has(name))
      .filter(([name, value]) => {
        const named = rows.filter((row) => row.workspace === workspace && row.name === name);
        return !named.some(({ cell }) => isSame(cell, name, value));
      })
      .map(([name, value]) => `no row for ${name} of ${workspace}, which is ${value}`),
  );
  return [...wrong, ...missing];
}

describe('the table of limits', () => {
  it('has every limit of the code, with its value', () => {
    expect(faultsOf(page)).toEqual([]);
  });

  it('is refused with a value that the code does not have', () => {
    const row = '| `bodyTimeoutMs` | apps/ingest | 20 s |';
    expect(page).toContain(row);
    const changed = page.replace(row, row.replace('20 s', '21 s'));
    expect(faultsOf(changed)[0]).toContain('bodyTimeoutMs of apps/ingest is 21 s');
  });

  it('is refused without a row', () => {
    const shortened = page.replace(/^\| `maxFetchedBytes`.*\n/m, '');
    expect(faultsOf(shortened)).toEqual([
      'no row for maxFetchedBytes of packages/queue, which is 67108864',
    ]);
  });
});
