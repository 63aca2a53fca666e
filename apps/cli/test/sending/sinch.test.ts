import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { text } from 'node:stream/consumers';
import { knownTriggers } from '@sinch-callbacks/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callbacks, callbacksHere, mainFile } from '../harness/cli-harness.ts';
import {
  nonceOf,
  secretOf,
  startSinchReceiver,
  type Treatment,
  type Tries,
} from '../harness/sinch-receiver.ts';

const secrets = ['test-secret', 'old-secret'];
const env = { SINCH_WEBHOOK_SECRET: `${secrets.join()},third-secret` };
/** Fast, with few tries: 50, 100, 200 ms apart by the receiver's clock. */
const quick = (
  '--rate 2000 --burst 50 --compress 1000 --seed cli --attempts 4 --backoff-base 50s ' +
  '--timeout 3s --late 0'
).split(' ');

const sinch = (url: string, ...args: string[]) =>
  callbacksHere(['sinch', '--no-stack', '--url', url, ...quick, '--json', ...args], env);

const everyTreatment: readonly Treatment[] = [
  'accept',
  'fail-twice',
  'busy',
  'accept',
  'slow',
  'cut',
  'refuse',
  'broken',
];

function gaps({ requests }: Tries): number[] {
  return requests.slice(1).map(({ atMs }, place) => atMs - (requests[place]?.atMs ?? 0));
}

describe('sinch', () => {
  it('tries again after 503, 500, 429, a timeout and a cut, and never after 400', async () => {
    const receiver = await startSinchReceiver(everyTreatment);
    const args = ['sinch', '--no-stack', '--url', receiver.url, ...quick, '--duplicates', '0'];
    const ended = await callbacks([...args, '--messages', '24', '--json', '--keys'], env);

    const tried = (treatment: Treatment) => [
      ...new Set(receiver.tries(treatment).map(({ requests }) => requests.length)),
    ];
    expect(tried('accept')).toEqual([1]);
    expect(tried('refuse')).toEqual([1]);
    expect(tried('busy')).toEqual([2]);
    expect(tried('slow')).toEqual([2]);
    expect(tried('cut')).toEqual([2]);
    expect(tried('fail-twice')).toEqual([3]);
    expect(tried('broken')).toEqual([4]);

    const all = receiver.tries();
    const missed = [...receiver.tries('refuse'), ...receiver.tries('broken')];
    const report = JSON.parse(ended.stdout);
    expect(ended.code).toBe(1);
    expect(report).toMatchObject({
      seed: 'cli',
      ended: 'finished',
      ok: false,
      offered: { callbacks: all.length, events: all.length },
      requests: receiver.requests.length,
      retries: receiver.requests.length - all.length,
      acknowledged: { callbacks: all.length - missed.length, copies: 0 },
      lost: receiver.tries('refuse').length,
      givenUp: receiver.tries('broken').length,
      unfinished: 0,
    });
    const keys = (some: readonly Tries[]) => some.map(({ key }) => key).toSorted();
    expect(report.missedKeys.toSorted()).toEqual(keys(missed));
    expect(report.acknowledgedKeys.toSorted()).toEqual(
      keys(all.filter((own) => !missed.includes(own))),
    );
    expect(ended.stderr).toContain('seed cli');
    expect(ended.stdout + ended.stderr).not.toContain('test-secret');
  });

  it('waits twice as long before each further try', async () => {
    const receiver = await startSinchReceiver(['broken']);
    await sinch(receiver.url, '--messages', '2', '--duplicates', '0');

    for (const own of receiver.tries()) {
      for (const [place, gap] of gaps(own).entries()) {
        expect(gap).toBeGreaterThanOrEqual(50 * 2 ** place - 2);
      }
    }
  });

  it('sends every trigger, signed with the first two secrets in turn', async () => {
    const receiver = await startSinchReceiver(['accept']);
    const { code, stdout } = await sinch(receiver.url, '--messages', '60');

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, lost: 0, givenUp: 0 });
    const triggers = receiver.tries().map(({ key }) => key.split('.')[0]);
    expect(new Set(triggers)).toEqual(new Set(knownTriggers));
    const signedBy = receiver.requests.map((request) => secretOf(request, secrets));
    expect(new Set(signedBy)).toEqual(new Set([0, 1]));
    for (const { requests } of receiver.tries()) {
      expect(new Set(requests.map((request) => secretOf(request, secrets))).size).toBe(1);
    }
  });

  it('the same seed sends the same events, and copies of them as often as asked', async () => {
    const [first, second] = [
      await startSinchReceiver(['accept']),
      await startSinchReceiver(['accept']),
    ];
    const args = ['--messages', '25', '--duplicates', '40'];
    const { stdout } = await sinch(first.url, ...args);
    await sinch(second.url, ...args);

    const keys = (receiver: typeof first) =>
      receiver
        .tries()
        .map(({ key }) => key)
        .toSorted();
    expect(keys(first)).toEqual(keys(second));
    const { acknowledged, offered } = JSON.parse(stdout);
    expect(acknowledged.copies).toBeGreaterThan(10);
    expect(acknowledged).toEqual({
      callbacks: offered.callbacks,
      events: offered.events,
      copies: offered.callbacks - offered.events,
    });
  });

  it.each([
    ['keep', 1],
    ['renew', 3],
  ])('with --retry-signature %s three tries carry %i signatures', async (how, expected) => {
    const receiver = await startSinchReceiver(['fail-twice']);
    await sinch(receiver.url, '--messages', '3', '--duplicates', '0', '--retry-signature', how);

    for (const { requests } of receiver.tries()) {
      expect(requests).toHaveLength(3);
      expect(new Set(requests.map(nonceOf)).size).toBe(expected);
      expect(requests.map((request) => secretOf(request, secrets))).not.toContain(-1);
    }
  });

  it('with kept signatures, what was held back comes with one that is as old', async () => {
    const receiver = await startSinchReceiver(['accept']);
    const { code } = await sinch(
      receiver.url,
      '--messages',
      '5',
      '--late',
      '100',
      '--compress',
      '200000',
    );

    expect(code).toBe(0);
    const ages = receiver.requests.map(
      ({ headers }) => Date.now() / 1_000 - Number(headers['x-sinch-webhook-signature-timestamp']),
    );
    expect(Math.min(...ages)).toBeGreaterThan(100);
    expect(Math.max(...ages)).toBeGreaterThan(1_800);
  });

  it('is not faster than the rate, whatever the compression', async () => {
    const receiver = await startSinchReceiver(['accept']);
    await sinch(receiver.url, '--messages', '20', '--rate', '50', '--burst', '10');

    const times = receiver.tries().flatMap(({ requests }) => requests.map(({ atMs }) => atMs));
    const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
    expect(seconds).toBeGreaterThan((times.length - 10) / 50 - 0.1);
  });

  it('stops at Ctrl-C and says what is left', async () => {
    const receiver = await startSinchReceiver(['accept'], (count) => {
      if (count === 5) child.kill('SIGINT');
    });
    const args = ['sinch', '--json', '--no-stack', '--url', receiver.url, '--rate', '20'];
    const child = spawn(process.execPath, [mainFile, ...args, '--burst', '1'], {
      cwd: tmpdir(),
      env,
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);

    const { ended, ok, unfinished, offered, acknowledged } = JSON.parse(stdout);
    expect({ code, ended, ok }).toEqual({ code: 0, ended: 'interrupted', ok: true });
    expect(unfinished).toBe(offered.callbacks - acknowledged.callbacks);
    expect(unfinished).toBeGreaterThan(200);
  });

  it('exits 1 when its time is up before everything is delivered', async () => {
    const receiver = await startSinchReceiver(['accept']);
    const { code, stdout } = await sinch(
      receiver.url,
      '--rate',
      '1',
      '--burst',
      '1',
      '--limit',
      '1s',
    );

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ended: 'time-limit', ok: false, lost: 0 });
  });

  it('sends to no other machine without --allow-remote', async () => {
    expect(await sinch('https://callbacks.example.com/')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--allow-remote'),
    });
  });

  it('shows what was lost and by which answer', async () => {
    const receiver = await startSinchReceiver(['refuse']);
    const url = `${receiver.url}/`;
    const here = ['sinch', '--no-stack', '--url', url, ...quick, '--messages', '1'];
    const { code, stdout } = await callbacksHere(here, env);

    expect(code).toBe(1);
    expect(stdout).toMatch(/lost +[1-9]/);
    expect(stdout).toMatch(/answers +400 × [1-9]/);
  });
});
