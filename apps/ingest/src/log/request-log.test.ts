import { type CallbackReceived, createLogger } from '@sinch-callbacks/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRequestLog } from './request-log.ts';

const rejected: CallbackReceived = {
  outcome: 'rejected',
  cause: 'signature-mismatch',
  method: 'POST',
  status: 401,
  durationMs: 1,
};

function openLog(tokens: number) {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  const logger = createLogger({ name: 'test', level: 'info', destination: { write } });
  let left = tokens;
  const take = () => {
    left -= 1;
    return left >= 0;
  };
  return { lines, log: createRequestLog(logger, { take }, { take }) };
}

describe('the request log', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('writes a line for each, and in a flood one for all the rest, by how they ended', () => {
    const { lines, log } = openLog(2);
    for (let n = 0; n < 1_000; n += 1) log.write(rejected, false);
    for (let n = 0; n < 50; n += 1) {
      log.write({ ...rejected, outcome: 'too-large', status: 413, cause: undefined }, false);
    }
    expect(lines.map(({ outcome }) => outcome)).toEqual(['rejected', 'rejected']);
    vi.advanceTimersByTime(10_000);
    expect(lines).toHaveLength(3);
    expect(lines[2]).toMatchObject({
      level: 'warn',
      msg: 'callbacks refused without a line each',
      count: 1_048,
      summed: [
        { outcome: 'rejected', cause: 'signature-mismatch', status: 401, count: 998 },
        { outcome: 'too-large', status: 413, count: 50 },
      ],
    });
  });

  it('sums what misses the webhook in the same way', () => {
    const { lines, log } = openLog(1);
    const missed = { outcome: 'not-found', status: 404, method: 'GET', path: '/' };
    for (let n = 0; n < 3; n += 1) log.writeRefused(missed);
    log.writeRefused({ outcome: 'unreadable-request', cause: 'HPE_INVALID_METHOD', status: 400 });
    log.flush();
    expect(lines).toMatchObject([
      { level: 'warn', msg: 'request refused', ...missed },
      {
        count: 3,
        summed: [
          { outcome: 'not-found', status: 404, count: 2 },
          { outcome: 'unreadable-request', cause: 'HPE_INVALID_METHOD', status: 400, count: 1 },
        ],
      },
    ]);
  });

  it('writes the line of a verified callback whatever else goes on', () => {
    const { lines, log } = openLog(0);
    for (let n = 0; n < 100; n += 1) log.write(rejected, false);
    for (let n = 0; n < 100; n += 1) {
      log.write({ ...rejected, outcome: 'accepted', status: 200 }, true);
    }
    expect(lines.map(({ outcome }) => outcome)).toEqual(Array(100).fill('accepted'));
  });

  it('writes a sum once, and at the end what is left of it', () => {
    const { lines, log } = openLog(0);
    log.write(rejected, false);
    vi.advanceTimersByTime(60_000);
    expect(lines).toHaveLength(1);
    log.write(rejected, false);
    log.flush();
    log.flush();
    vi.advanceTimersByTime(60_000);
    expect(lines.map(({ count }) => count)).toEqual([1, 1]);
  });
});
