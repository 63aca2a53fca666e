import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { sized } from '@sinch-callbacks/dev-env/sizes';
import { programs } from '@sinch-callbacks/dev-env/stack';
import { describe, expect, it } from 'vitest';
import { type FaultName, faultNames } from '../chaos/plan/faults.ts';

const timeoutMs = 300_000;
/** The short form kills, freezes, cuts and stops; the long one has every fault once. */
const faults = sized<readonly FaultName[]>({
  short: [
    'kill-everything',
    'kill-worker',
    'freeze-postgres',
    'freeze-sinch',
    'cut-redis',
    'redis-outage',
  ],
  long: faultNames,
});
/** Its kills come first, so that locks and holds of the dead expire during the other rounds. */
const seed = 'npm test 918';

describe('pnpm chaos', () => {
  it(
    'loses and doubles nothing through every kind of fault, and ends in the rows of a run without',
    async () => {
      const { code, stdout, stderr } = await chaos(
        '--seed',
        seed,
        '--faults',
        faults.join(),
        '--json',
      );
      expect(stdout.split('\n'), stderr).toEqual([expect.stringMatching(/^\{.*\}$/), '']);
      const report = JSON.parse(stdout) as Record<string, unknown>;
      expect(report, stderr).toMatchObject({
        seed,
        faults: faults.length,
        rounds: Object.fromEntries(faults.map((name) => [name, 1])),
        lost: 0,
        doubled: 0,
        givenUp: 0,
        violations: [],
        differences: [],
        findings: [],
        handlerRows: { missing: 0, doubled: 0, strange: 0 },
        ok: true,
      });
      // Proves that there was something to lose: applied, dead and repeated callbacks.
      const { callbacks, acknowledged, applied, dead, redelivered } = report;
      expect(acknowledged).toBe(callbacks);
      expect(applied).toBeGreaterThan(sized({ short: 150, long: 500 }));
      expect(dead).toBeGreaterThan(0);
      expect(Number(applied) + Number(dead)).toBe(acknowledged);
      expect(redelivered).toBeGreaterThan(0);
      expect(report['comparedRows']).toBeGreaterThan(Number(applied));
      // A handler for all triggers, and one for the most frequent ones.
      const { expected } = report['handlerRows'] as Record<string, number>;
      expect(expected).toBeGreaterThan(Number(applied));
      // Callbacks settle what is uncertain, so that each message at a phone is SENT.
      const outbound = report['outbound'] as Record<string, number>;
      expect(outbound).toMatchObject({ twice: 0 });
      expect(outbound['rows']).toBeGreaterThan(faults.length * 8);
      expect(outbound['sent']).toBeGreaterThan(faults.length * 4);
      expect(outbound['sent']).toBe(outbound['atPhones']);
      expect(code).toBe(0);
    },
    timeoutMs,
  );

  it('exits 2 and prints nothing on stdout for bad usage', async () => {
    const { code, stdout, stderr } = await chaos('--faults', 'meteor', '--json');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('there is no fault "meteor"');
  });
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function chaos(...args: string[]): Promise<Ended> {
  const script = join(programs.root, 'reliability/chaos.ts');
  return await new Promise((resolve) => {
    execFile(
      process.execPath,
      [script, ...args],
      { cwd: programs.root },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, stdout, stderr });
      },
    );
  });
}
