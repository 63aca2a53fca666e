import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './shown-command.ts';

const timeoutMs = 180_000;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sinch-callbacks-bench-test-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('pnpm bench', () => {
  it(
    'has our worker and its alternatives do the same work, and loses nothing',
    async () => {
      const others = sized({ short: [], long: ['prisma', 'graphile-worker-per-event'] });
      const names = ['ours', 'ours-10000-erased', 'noop', 'pg-boss-set-based', ...others];
      const only = ['--only', names.join(',')];
      const { code, results, output } = await bench('worker', '--events', '300', ...only);
      const { parts, ratios } = results;
      expect(code, output).toBe(0);
      expect(Object.keys(ratios)).toEqual(ratioNames);
      expect(ratios).toMatchObject({
        workerToNoop: expect.any(Number),
        workerToPrismaPerEvent: sized({ short: null, long: expect.any(Number) }),
        workerToBestQueue: sized({ short: null, long: expect.any(Number) }),
        nextRouteToNoop: null,
        lost: 0,
      });
      expect(parts['worker']).toMatchObject({
        quick: true,
        commit: expect.stringMatching(/^[0-9a-f]{40}\+?$|^unknown$/),
        settings: { events: 300, postgres: { fsync: 'on', synchronous_commit: 'on' } },
        lost: 0,
      });
      const [round = []] = roundsOf<{ contender: string }>(parts['worker']);
      expect(round.map(({ contender }) => contender)).toEqual(names);
    },
    timeoutMs,
  );

  it(
    'finds every callback that an ingest has accepted in Redis, for one command each',
    async () => {
      const { code, results, output } = await bench('ingest', '--only', 'listener,bare');
      const { ratios, parts } = results;
      expect(code, output).toBe(0);
      expect(ratios).toMatchObject({
        nodeListenerToBare: expect.any(Number),
        lost: 0,
      });
      expect(ratios['redisCommandsPerIngest']).toBeLessThanOrEqual(1);
      const [round = []] = roundsOf<{ accepted: number }>(parts['ingest']);
      for (const turn of round) {
        expect(turn).toMatchObject({ refused: 0, lost: 0 });
        expect(turn.accepted).toBeGreaterThan(0);
      }
      // The results of the other test are kept.
      expect(ratios['workerToNoop']).toEqual(expect.any(Number));
    },
    timeoutMs,
  );
});

const ratioNames = [
  'nextRouteToNoop',
  'nodeListenerToNoop',
  'nodeListenerToBare',
  'workerToNoop',
  'workerToPrismaPerEvent',
  'workerToBestQueue',
  'drainMillionToTenThousand',
  'redisCommandsPerIngest',
  'lost',
];

interface MeasuredPart {
  readonly rounds: unknown;
}

interface Results {
  readonly ratios: Readonly<Record<string, number | null>>;
  readonly parts: Readonly<Record<string, MeasuredPart>>;
}

function roundsOf<Turn>(part: MeasuredPart | undefined): Turn[][] {
  return (part?.rounds ?? []) as Turn[][];
}

/** Runs a small and short part of the benchmarks. */
async function bench(...args: string[]) {
  const out = join(directory, 'results.json');
  const script = join(root, 'bench/bench.ts');
  const command = [script, ...args, '--quick', '--out', out];
  const ended = await new Promise<{ code: number; output: string }>((resolve) => {
    execFile(process.execPath, command, { cwd: root }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, output: stdout + stderr });
    });
  });
  const results = JSON.parse(await readFile(out, 'utf8')) as Results;
  return { ...ended, results };
}
