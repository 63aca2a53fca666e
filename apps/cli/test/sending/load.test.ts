import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileCache } from '@sinch-callbacks/dev-env/processes';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mainFile } from '../harness/cli-harness.ts';
import { useLoadHarness } from '../harness/load-harness.ts';
import { startSmallIngest } from '../harness/small-ingest.ts';

const { cli, load, work } = useLoadHarness();

describe('load', () => {
  it('sends what the shape says, and finds every accepted event applied', async () => {
    work();
    const { url, bodies } = await startSmallIngest(cli());
    const { code, report } = await load(
      url,
      '--rate 100 --duration 2s --shape spike --spike 3 --duplicates 20',
    );

    expect(report).toMatchObject({
      ok: true,
      verified: 'complete',
      due: 333,
      sent: 333,
      accepted: 333,
      refused: {},
      dead: 0,
      lost: 0,
      queued: 0,
      withoutStatusRow: 0,
    });
    expect(code).toBe(0);
    expect(bodies).toHaveLength(333);
    expect(report.acceptedEvents).toBe(new Set(bodies).size);
    expect(report.applied).toBe(report.acceptedEvents);
    expect(report.duplicatesAbsorbed).toBe(333 - report.acceptedEvents);
    expect(report.duplicatesAbsorbed).toBeGreaterThan(10);
    expect(report.latency.count).toBe(333);
    expect(report.receivedToRow.count).toBe(report.applied);
  });

  it('charges a receiver that stalls for everything that was due meanwhile', async () => {
    work();
    let stall: Promise<void> | undefined;
    const { url } = await startSmallIngest(cli(), async (_, place) => {
      if (place === 50) stall = sleep(1_000);
      await stall;
      return 'queue';
    });
    const { report } = await load(url, '--rate 100 --duration 3s --connections 4');

    // Four requests were under way; some hundred more were due in that second.
    expect(report.heldBack).toBeGreaterThan(80);
    expect(report.latency.p90Ms).toBeGreaterThan(500);
    expect(report.latency.maxMs).toBeGreaterThan(950);
    // A sender that waits for answers would have seen this: nearly all of them quick.
    expect(report.service.p90Ms).toBeLessThan(report.latency.p90Ms / 2);
    expect(report.neverSent).toBe(0);
    const worst = Math.max(
      ...report.series.map((point: { latency?: { maxMs: number } }) => point.latency?.maxMs ?? 0),
    );
    expect(worst).toBeGreaterThan(950);
  });

  it('counts what is never answered, with the time that it waited', async () => {
    const { url } = await startSmallIngest(cli(), async (_, place) => {
      if (place === 0) await sleep(60_000, undefined, { ref: false });
      return 'drop';
    });
    const { report } = await load(
      url,
      '--rate 20 --duration 500ms --timeout 400ms --no-verify --connections 20',
    );
    expect(report.unanswered).toEqual({ timeout: 1, unreachable: 0 });
    expect(report.latency.maxMs).toBeGreaterThan(390);
    expect(report.accepted).toBe(report.sent - 1);
  });

  it('fails without any answer', async () => {
    const { code, report } = await load(
      'http://127.0.0.1:9/api/sinch/webhook',
      '--rate 20 --duration 500ms',
    );
    expect(report).toMatchObject({ ok: false, accepted: 0, unanswered: { unreachable: 10 } });
    expect(report.lastFailure).toContain('ECONNREFUSED');
    expect(code).toBe(1);
  });

  it('the same seed sends the same events, and is refused where they are stored', async () => {
    work();
    const { url, bodies } = await startSmallIngest(cli());
    const seeded = '--rate 50 --duration 1s --seed demo';
    expect(await load(url, seeded)).toMatchObject({ code: 0 });
    const first = bodies.slice();
    expect(await load(url, seeded)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('another --seed'),
    });
    expect(bodies).toHaveLength(first.length);
    await load(url, `${seeded} --no-verify`);
    expect(bodies.slice(first.length).toSorted()).toEqual(first.toSorted());
  });

  it.each([
    ['another machine', 'https://callbacks.example.com/', '--rate 1', '--allow-remote'],
    ['too many callbacks', 'http://127.0.0.1:9/', '--rate 1000 --duration 1h', 'lower --rate'],
    ['too great a burst', 'http://127.0.0.1:9/', '--rate 9000 --shape spike', 'lower --rate or'],
    ['a spike without its shape', 'http://127.0.0.1:9/', '--spike 3', '--shape spike'],
    ['a report nowhere', 'http://127.0.0.1:9/', '--report /nowhere/at/all.html', 'folder'],
    [
      'nothing to send',
      'http://127.0.0.1:9/',
      '--rate 1 --duration 100ms',
      'nothing would be sent',
    ],
  ])('refuses %s before anything is sent', async (_, url, options, words) => {
    expect(await load(url, options)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(words),
      report: { error: { code: expect.any(String) } },
    });
  });

  it('without a database it says that it could not verify, unless --no-verify is given', async () => {
    const { url, bodies } = await startSmallIngest(cli());
    const env = { SINCH_WEBHOOK_SECRET: 'test-secret' };
    expect(await load(url, '--rate 20 --duration 500ms', env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('could not be verified'),
    });
    expect(bodies).toHaveLength(0);
    const { code, report } = await load(url, '--rate 20 --duration 500ms --no-verify', env);
    expect(code).toBe(0);
    expect(report).toMatchObject({ ok: true, verified: 'skipped', accepted: 10 });
    expect(report).not.toHaveProperty('lost');
  });

  it('writes a page that holds figures and charts, and no body, key or secret', async () => {
    work();
    const { url, bodies } = await startSmallIngest(cli());
    const folder = await mkdtemp(path.join(tmpdir(), 'load-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = path.join(folder, 'load.html');
    const { stderr } = await load(
      `${url}?token=hidden`,
      `--rate 50 --duration 2s --report ${file}`,
    );

    expect(stderr).toContain(file);
    const page = await readFile(file, 'utf8');
    for (const title of ['Latency', 'Throughput', 'Queue depth']) expect(page).toContain(title);
    expect(page).not.toMatch(/<script|https?:\/\/(?!127\.0\.0\.1)|@import|url\(/);
    expect(page).not.toMatch(/test-secret|token=hidden|1555555|MESSAGE_/);
    for (const body of bodies) {
      const [id = '?'] = /01[0-9A-Z]{24}/.exec(body) ?? [];
      expect(page).not.toContain(id);
    }
  });

  it('at Ctrl-C it sends no more, and verifies what was accepted', async () => {
    work();
    const { url } = await startSmallIngest(cli(), async (_, place) => {
      if (place === 20) child.kill('SIGINT');
      return 'queue';
    });
    const args = ['load', '--json', '--no-stack', '--url', url, '--rate', '50'];
    const child = spawn(process.execPath, [mainFile, ...args, '--duration', '1m'], {
      cwd: tmpdir(),
      env: { ...compileCache(), ...cli().env },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);

    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ ended: 'interrupted', ok: true, verified: 'complete', lost: 0 });
    expect(report.sent).toBe(report.due);
    expect(report.due).toBeLessThan(2_000);
    expect(report.applied).toBe(report.acceptedEvents);
    expect(code).toBe(0);
  });

  it('a second Ctrl-C quits', async () => {
    const { url } = await startSmallIngest(cli(), async (_, place) => {
      if (place === 5) child.kill('SIGINT');
      return 'queue';
    });
    const args = ['load', '--no-stack', '--url', url, '--rate', '50', '--duration', '1m'];
    const env = { ...compileCache(), ...cli().env };
    const child = spawn(process.execPath, [mainFile, ...args], { cwd: tmpdir(), env });
    onTestFinished(() => void child.kill('SIGKILL'));
    child.stderr.on('data', (said: Buffer) => {
      if (said.includes('stopped')) child.kill('SIGINT');
    });
    child.stdout.resume();
    expect(await once(child, 'close')).toEqual([null, 'SIGINT']);
  });
});
