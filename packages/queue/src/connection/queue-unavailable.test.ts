import { describe, expect, it } from 'vitest';
import { QueueUnavailableError, whileQueueAvailable } from './queue-unavailable.ts';

const failing = async (error: Error) =>
  await whileQueueAvailable(async () => await Promise.reject(error)).catch(
    (reason: unknown) => reason,
  );
const withCode = (code: string, message = '') => Object.assign(new Error(message), { code });

describe('a failed call of a queue', () => {
  it.each([
    withCode('ECONNREFUSED'),
    withCode('ENOTFOUND', 'getaddrinfo ENOTFOUND redis'),
    withCode('DEADLINE_EXCEEDED', 'no answer within 5 ms'),
    withCode('57P01', 'terminating connection due to administrator command'),
    withCode('28P01', 'password authentication failed'),
    withCode('3D000', 'database "x" does not exist'),
    withCode('42P01', 'relation "x" does not exist'),
    withCode('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate'),
    new Error('Command timed out'),
    new Error('Connection is closed.'),
    new Error('Reached the max retries per request limit (which is 1).'),
    new Error("OOM command not allowed when used memory > 'maxmemory'."),
    new Error('WRONGPASS invalid username-password pair or user is disabled.'),
    new Error('NOAUTH Authentication required.'),
  ])('is that of a server which cannot be used: %s', async (error) => {
    expect(await failing(error)).toBeInstanceOf(QueueUnavailableError);
  });

  it.each([
    new TypeError("Cannot read properties of undefined (reading 'key')"),
    new RangeError('Invalid string length'),
    new Error('Missing key for job 1. updateProgress'),
    withCode('42601', 'syntax error at or near "SELEC"'),
  ])('is a bug, and stays as it is: %s', async (error) => {
    expect(await failing(error)).toBe(error);
  });
});
