import type { BackendState } from '@sinch-callbacks/queue';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../settings/read-settings.ts';
import { judgeDatabase } from './judge-database.ts';
import { ingestHealth, judgeHealth } from './judge-health.ts';
import { isOlderThan, judgeQueue } from './judge-queue.ts';
import { judgeVariables } from './run-checks.ts';

type Redis = Extract<BackendState, { kind: 'redis' }>;

const healthy: Redis = {
  kind: 'redis',
  version: '7.4.1',
  maxmemoryPolicy: 'noeviction',
  appendOnly: true,
  appendFsync: 'always',
  memory: { usedBytes: 10, maxBytes: 100, systemBytes: 1_000 },
};

function statuses(changes: Partial<Redis>): Record<string, string> {
  const checks = judgeQueue({ ...healthy, ...changes }, 'redis://host');
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]));
}

describe('the queue server', () => {
  it('is well when nothing can be lost', () => {
    expect(new Set(Object.values(statuses({})))).toEqual(new Set(['ok']));
    const unlimited = { usedBytes: 1e12, maxBytes: 0, systemBytes: undefined };
    expect(statuses({ memory: unlimited })).toMatchObject({ memory: 'ok' });
  });

  it.each<[Partial<Redis>, Record<string, string>]>([
    [{ maxmemoryPolicy: 'allkeys-lru' }, { eviction: 'failure' }],
    [{ maxmemoryPolicy: undefined }, { eviction: 'warning' }],
    [{ appendOnly: false }, { 'append-only file': 'failure' }],
    [{ appendOnly: undefined }, { 'append-only file': 'warning' }],
    [{ appendFsync: 'everysec' }, { 'append-only fsync': 'warning' }],
    [{ appendFsync: 'no' }, { 'append-only fsync': 'failure' }],
    [{ appendFsync: 'unknown' }, { 'append-only fsync': 'warning' }],
    [{ memory: { ...healthy.memory, usedBytes: 69 } }, { memory: 'ok' }],
    [{ memory: { ...healthy.memory, usedBytes: 70 } }, { memory: 'warning' }],
    [{ memory: { ...healthy.memory, usedBytes: 90 } }, { memory: 'failure' }],
    [{ memory: { usedBytes: 700, maxBytes: 0, systemBytes: 1_000 } }, { memory: 'warning' }],
    [{ version: '6.2.14' }, { 'queue server': 'warning' }],
    [{ version: '4.0.9' }, { 'queue server': 'failure' }],
    [{ version: 'unknown' }, { 'queue server': 'ok' }],
  ])('with %j is %j', (changes, expected) => {
    expect(statuses(changes)).toMatchObject(expected);
  });

  it('that is down is a failure with what to do', () => {
    const [check] = judgeQueue({ kind: 'unreachable', reason: 'ECONNREFUSED' }, 'redis://host');
    expect(check).toMatchObject({
      status: 'failure',
      advice: expect.stringContaining('REDIS_URL'),
    });
  });

  it('may be Postgres', () => {
    const [check] = judgeQueue({ kind: 'postgres', version: '18.4' }, 'postgres://host');
    expect(check).toMatchObject({ status: 'ok' });
  });
});

describe('the database', () => {
  const state = { serverVersion: '18.4', pendingMigrations: [] };

  it('with pending migrations is a failure that names them and the way out', () => {
    const pending = { ...state, pendingMigrations: ['2026_init'] };
    const findings = {
      kind: 'reached',
      state: pending,
      openDeadLetters: undefined,
      appsSeen: undefined,
    } as const;
    expect(judgeDatabase(findings, 'postgres://host')).toContainEqual(
      expect.objectContaining({
        name: 'migrations',
        status: 'failure',
        message: '1 migration pending: 2026_init',
        advice: expect.stringContaining('migrate.ts'),
      }),
    );
  });

  it.each([
    ['14.20 (Debian 14.20-1)', 'failure'],
    ['15.0', 'ok'],
  ])('of version %s is %s', (serverVersion, expected) => {
    const findings = {
      kind: 'reached',
      state: { ...state, serverVersion },
      openDeadLetters: 0,
      appsSeen: [],
    };
    const [check] = judgeDatabase({ ...findings, kind: 'reached' }, 'postgres://host');
    expect(check).toMatchObject({ name: 'database', status: expected });
  });

  it('with open dead letters is a warning', () => {
    const findings = { kind: 'reached', state, openDeadLetters: 3, appsSeen: [] } as const;
    expect(judgeDatabase(findings, 'postgres://host').map(({ status }) => status)).toEqual([
      'ok',
      'ok',
      'warning',
      'ok',
    ]);
  });

  it('says when the last callback of each app came, the latest first', () => {
    const appsSeen = Array.from({ length: 7 }, (_, n) => ({
      appId: `01APP${n}`,
      lastCallbackAt: new Date(Date.UTC(2026, 0, 2, 3, 4, 50 - n)),
    }));
    const findings = { kind: 'reached', state, openDeadLetters: 0, appsSeen } as const;
    const message = judgeDatabase(findings, 'postgres://host').at(-1)?.message;
    expect(message).toContain('the last by app: 01APP0 2026-01-02 03:04:50Z; 01APP1 ');
    expect(message).toContain('and 2 more apps');
    const none = judgeDatabase({ ...findings, appsSeen: [] }, 'postgres://host');
    expect(none.at(-1)?.message).toBe('none was applied yet');
  });
});

describe('health pages', () => {
  it.each([
    [200, 'ok'],
    [503, 'failure'],
    [404, 'failure'],
    [302, 'failure'],
  ])('that answer %i are %s', (status, expected) => {
    const check = judgeHealth(ingestHealth, { kind: 'answered', status }, 'http://host');
    expect(check.status).toBe(expected);
  });
});

describe('variables', () => {
  const given = <T>(value: T) => ({ value, from: 'the environment' });
  const nothing: Settings = {
    secret: undefined,
    secrets: undefined,
    databaseUrl: undefined,
    queue: undefined,
    fallbackQueue: undefined,
    queuePartitions: 1,
    queuePrefix: 'sinch',
    ingestUrl: undefined,
    adminUrl: undefined,
    appId: undefined,
    forwardSecret: undefined,
    erasure: { key: undefined, logFile: undefined },
    admin: { hasPassword: false, writes: false },
    contactDelete: { policy: 'redact', graceDays: 30 },
    retention: {
      eventDays: undefined,
      guardDays: undefined,
      tableDays: {},
      redactAfterDays: undefined,
    },
  };

  it('that are missing are named', () => {
    expect(judgeVariables(nothing)).toMatchObject([
      { name: 'webhook secret', status: 'warning' },
      { name: 'DATABASE_URL', status: 'failure' },
      { name: 'REDIS_URL', status: 'failure' },
      { name: 'Bull Board', status: 'ok', message: expect.stringContaining('read-only') },
    ]);
  });

  it('that let Bull Board change things are shown, and need a password', () => {
    const judge = (hasPassword: boolean) =>
      judgeVariables({ ...nothing, admin: { hasPassword, writes: true } }).at(-1);
    expect(judge(true)).toMatchObject({
      status: 'ok',
      message: expect.stringContaining('may retry'),
    });
    expect(judge(false)).toMatchObject({ name: 'Bull Board', status: 'failure' });
  });

  it('say how many secrets were read, and show none', () => {
    const secrets = given(['one, and a comma', 'two']);
    const [check] = judgeVariables({ ...nothing, secret: given('one, and a comma'), secrets });
    expect(check).toMatchObject({
      status: 'ok',
      message: '2 secrets read, from the environment',
    });
  });

  it('that still hold a placeholder are a failure', () => {
    const secret = given('replace-me-with-the-secret-of-the-webhook');
    expect(judgeVariables({ ...nothing, secret })[0]?.status).toBe('failure');
  });
});

describe('versions', () => {
  it('are compared as numbers', () => {
    expect(isOlderThan('7.0.9', '7.0.10')).toBe(true);
    expect(isOlderThan('10.0', '9.9.9')).toBe(false);
    expect(isOlderThan('7', '7.0.0')).toBe(false);
    expect(isOlderThan('14.20 (Debian 14.20-1)', '14')).toBe(false);
  });
});
