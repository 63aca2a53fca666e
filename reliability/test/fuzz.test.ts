import { sized, testSeed } from '@sinch-callbacks/dev-env/sizes';
import { describe, expect, it } from 'vitest';
import { describeEvidence } from '../fuzz/describe-evidence.ts';
import { findViolations } from '../fuzz/find-violations.ts';
import { fuzzIngest } from '../fuzz/fuzz-ingest.ts';
import { fuzzServers } from '../fuzz/open-target.ts';

const requests = sized({ short: 250, long: 1_500 });

describe.each(fuzzServers)('against the ingest of %s', (server) => {
  it('hostile requests, signed and not, break nothing: no 5xx, nothing lost or forged, no callback starved', async () => {
    const seed = `${testSeed}`;
    const evidence = await fuzzIngest({
      server,
      seed,
      requests,
      connections: 32,
      idle: 40,
      settleMs: 500,
      onProgress: () => undefined,
    });
    // `pnpm fuzz --seed … --requests …` generates the same requests.
    expect(findViolations(evidence), describeEvidence(evidence)).toEqual([]);
    const { outcomes, probe, kept } = evidence;
    expect(outcomes.requests).toBe(requests);
    expect(probe.count).toBeGreaterThan(1);
    expect(outcomes.acknowledged.size).toBeGreaterThan(requests / 4);
    for (const state of ['APPLIED', 'UNHANDLED', 'DEAD'])
      expect(kept.states[state]).toBeGreaterThan(0);
    for (const status of [200, 400, 401, 404, 405, 413]) {
      expect(outcomes.byStatus.get(status)).toBeGreaterThan(0);
    }
  }, 300_000);
});
