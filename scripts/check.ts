/**
 * `pnpm check`: runs every static check, prints a line for each, and the output of failed ones.
 *
 * A check that examined nothing fails: it would prove nothing.
 */
import { spawnSync } from 'node:child_process';

interface Check {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Matches, in the output, the number of things that were examined. */
  readonly examined: RegExp;
}

// Types generate the database client that the later checks read.
const checks: readonly Check[] = [
  {
    name: 'format',
    command: ['biome', 'check', '--error-on-warnings', '.'],
    examined: /Checked (\d+) files/,
  },
  {
    name: 'types',
    command: ['turbo', 'run', 'typecheck'],
    examined: /Files: +(\d+)/,
  },
  { name: 'lint', command: ['oxlint'], examined: /on (\d+) files/ },
  { name: 'boundaries', command: ['turbo', 'boundaries'], examined: /Checked (\d+) files/ },
  {
    name: 'dependencies',
    command: ['node', 'scripts/check-dependencies.ts'],
    examined: /Examined (\d+) manifests/,
  },
  {
    name: 'licences',
    command: ['node', 'scripts/check-licences.ts'],
    examined: /Examined (\d+) packages/,
  },
  {
    name: 'copies',
    command: ['jscpd', '--no-colors', '.'],
    examined: /Total: +│ (\d+)/,
  },
  {
    name: 'words',
    command: ['cspell', 'lint', '--no-progress', '.'],
    examined: /Files checked: (\d+)/,
  },
  {
    name: 'dead code',
    command: ['knip', '--no-progress', '--reporter=symbols', '--reporter=./scripts/knip-count.ts'],
    examined: /Examined (\d+) files/,
  },
];

function run({ name, command: [program, ...args], examined }: Check): boolean {
  const startedAt = performance.now();
  const child = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const output = child.error ? `${child.error.message}\n` : child.stdout + child.stderr;
  const count = Number(examined.exec(output)?.[1] ?? 0);
  const passed = child.status === 0 && count > 0;

  const mark = passed ? '✓' : '✗';
  console.log(`${mark} ${name.padEnd(14)}${String(count).padStart(5)} examined  ${seconds} s`);
  if (child.status === 0 && count === 0)
    console.log('  It examined nothing, so it proves nothing.');
  if (!passed) console.log(`\n${output}`);
  return passed;
}

const failed = checks.filter((check) => !run(check)).map(({ name }) => name);
console.log(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
