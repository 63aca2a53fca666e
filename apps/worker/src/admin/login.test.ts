import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countLogins, type LoginAttempts, networkOf } from './login.ts';

const bounds = { perAddress: 3, inAll: 6, windowSeconds: 900 };
const refused = { kind: 'refused', retryAfterSeconds: 900 };

let logins: LoginAttempts;
const guess = async (address: string) => await logins.attempt(address, () => false);
const enter = async (address: string) => await logins.attempt(address, () => true);

async function guessTimes(address: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await guess(address);
}

beforeEach(() => {
  vi.useFakeTimers();
  logins = countLogins(bounds);
});

afterEach(() => {
  vi.useRealTimers();
});

describe('logins', () => {
  it('are refused from an address that failed too often, also with the right password', async () => {
    await guessTimes('192.0.2.1', 2);
    expect(await guess('192.0.2.1')).toEqual({ kind: 'wrong' });
    expect(await guess('192.0.2.1')).toEqual(refused);
    expect(await enter('192.0.2.1')).toEqual(refused);
  });

  it('from elsewhere go on while one address guesses, however long it does', async () => {
    await guessTimes('192.0.2.1', 1_000);
    expect(await enter('192.0.2.2')).toEqual({ kind: 'right' });
    expect(await guess('192.0.2.2')).toEqual({ kind: 'wrong' });
  });

  it('from one IPv6 network count as from one address', async () => {
    await guessTimes('2001:db8:1:2::1', 2);
    await guess('2001:db8:1:2::2');
    expect(await enter('2001:db8:1:2::3')).toEqual(refused);
  });

  it('that fail from many addresses together are bounded, and block no address that logged in before', async () => {
    await enter('192.0.2.1');
    for (let host = 1; host <= 6; host += 1) await guess(`198.51.100.${host}`);
    expect(await guess('198.51.100.7')).toEqual(refused);
    expect(await enter('192.0.2.2')).toEqual(refused);
    expect(await enter('192.0.2.1')).toEqual({ kind: 'right' });
  });

  it('that are right cost nothing, however many there are', async () => {
    for (let time = 0; time < 100; time += 1) {
      expect(await enter('192.0.2.1')).toEqual({ kind: 'right' });
    }
    await guessTimes('192.0.2.1', 2);
    expect(await enter('192.0.2.1')).toEqual({ kind: 'right' });
  });

  it('that are guessed all at once are counted as if they came one by one', async () => {
    const looked = vi.fn(() => false);
    const attempts = Array.from({ length: 50 }, () => logins.attempt('192.0.2.1', looked));
    await Promise.all(attempts);
    expect(looked).toHaveBeenCalledTimes(bounds.perAddress);
  });

  it('are possible again after the window', async () => {
    await guessTimes('192.0.2.1', 4);
    vi.advanceTimersByTime(bounds.windowSeconds * 1_000);
    expect(await enter('192.0.2.1')).toEqual({ kind: 'right' });
  });

  it('use a bounded memory: an address is forgotten after its window, and few are remembered', async () => {
    for (let host = 0; host < 1_000; host += 1) await guess(`198.51.${host >> 8}.${host & 255}`);
    // Each address that is remembered has one timer, and so has the count of all.
    expect(vi.getTimerCount()).toBe(bounds.inAll + 1);
    vi.advanceTimersByTime(bounds.windowSeconds * 1_000);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('networkOf', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2'],
    ['2001:db8::6', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['unknown', 'unknown'],
  ])('counts %s as %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
