import { describe, expect, it } from 'vitest';
import { parseWorkerConfig } from './worker-config.ts';

const databaseUrl = 'postgres://sinch@localhost/sinch';

describe('parseWorkerConfig', () => {
  it('needs a database and nothing else; the queue then lives there too', () => {
    expect(parseWorkerConfig({ DATABASE_URL: databaseUrl })).toEqual({
      kind: 'valid',
      config: {
        databaseUrl,
        directUrl: databaseUrl,
        queue: { kind: 'postgres', url: databaseUrl },
        queuePrefix: 'sinch',
        queuePartitions: 1,
        concurrency: 1000,
        admin: {
          host: '127.0.0.1',
          port: 3001,
          user: 'admin',
          password: undefined,
          writes: false,
        },
        contactDelete: { policy: 'redact', graceDays: 30 },
        retention: { tableDays: {} },
        logLevel: 'info',
      },
    });
  });

  it('takes a policy for contacts that were deleted in Sinch, and no other word', () => {
    const environment = {
      DATABASE_URL: databaseUrl,
      SINCH_ON_CONTACT_DELETE: 'erase',
      ERASURE_KEY: 'k'.repeat(32),
      ERASURE_LOG: '/var/erasures',
    };
    expect(
      parseWorkerConfig({ ...environment, SINCH_CONTACT_DELETE_GRACE_DAYS: '0' }),
    ).toMatchObject({ config: { contactDelete: { policy: 'erase', graceDays: 0 } } });
    expect(parseWorkerConfig({ ...environment, SINCH_ON_CONTACT_DELETE: 'Forget' })).toMatchObject({
      kind: 'invalid',
    });
  });

  it('erases deleted contacts only with a key and a log of erasures', () => {
    const environment = { DATABASE_URL: databaseUrl, SINCH_ON_CONTACT_DELETE: 'erase' };
    expect(parseWorkerConfig(environment)).toMatchObject({
      kind: 'invalid',
      message: expect.stringContaining('- ERASURE_KEY and ERASURE_LOG must be set, because'),
    });
    expect(parseWorkerConfig({ ...environment, ERASURE_KEY: 'k'.repeat(32) })).toMatchObject({
      message: expect.stringContaining('- ERASURE_LOG must be set, because'),
    });
    expect(parseWorkerConfig({ ...environment, SINCH_ON_CONTACT_DELETE: 'redact' })).toMatchObject({
      kind: 'valid',
    });
  });

  it('keeps the queue on Postgres, and migrates, by way of DIRECT_URL where there is one', () => {
    const directUrl = 'postgres://sinch@direct/sinch';
    const environment = { DATABASE_URL: databaseUrl, DIRECT_URL: directUrl };
    const queue = { kind: 'postgres', url: directUrl };
    expect(parseWorkerConfig(environment)).toMatchObject({
      config: { databaseUrl, directUrl, queue },
    });
    const withRedis = { ...environment, REDIS_URL: 'redis://cache.example' };
    expect(parseWorkerConfig(withRedis)).toMatchObject({ config: { fallbackQueue: queue } });
  });

  it.each(['DATABASE_URL', 'DIRECT_URL'])(
    'refuses a schema in %s, since only Prisma would use it',
    (name) => {
      const environment = { DATABASE_URL: databaseUrl, [name]: `${databaseUrl}?schema=callbacks` };
      expect(parseWorkerConfig(environment)).toEqual({
        kind: 'invalid',
        message: `Invalid configuration:\n- ${name} must not name a schema (?schema=): tables are made in "public", so use a database of its own`,
      });
      const inPublic = { ...environment, [name]: `${databaseUrl}?schema=public` };
      expect(parseWorkerConfig(inPublic)).toMatchObject({ kind: 'valid' });
    },
  );

  it('with an interval to reconcile needs all that a client of Sinch’s API needs', () => {
    const environment = { DATABASE_URL: databaseUrl, RECONCILE_EVERY_MINUTES: '60' };
    const { message } = parseWorkerConfig(environment) as { readonly message: string };
    expect(message).toContain('- SINCH_REGION must be set');
    expect(message).toContain('- SINCH_ACCESS_SECRET must be set');
    const sinch = {
      SINCH_REGION: 'eu',
      SINCH_PROJECT_ID: 'project',
      SINCH_APP_ID: '01APP',
      SINCH_ACCESS_KEY_ID: 'key',
      SINCH_ACCESS_SECRET: 'secret',
    };
    expect(parseWorkerConfig({ ...environment, ...sinch })).toMatchObject({
      config: { reconcile: { everyMinutes: 60, sinch: { region: 'eu', appId: '01APP' } } },
    });
    const off = { DATABASE_URL: databaseUrl, RECONCILE_EVERY_MINUTES: ' ', SINCH_REGION: 'wrong' };
    expect(parseWorkerConfig(off)).toMatchObject({ config: { reconcile: undefined } });
  });

  it('refuses to start without a database, even where there is a Redis', () => {
    const result = parseWorkerConfig({ REDIS_URL: 'redis://localhost' });
    expect(result).toEqual({
      kind: 'invalid',
      message:
        'Invalid configuration:\n- DATABASE_URL must be set to a URL that starts with postgres:// or postgresql://',
    });
  });

  it.each(['0.0.0.0', '::', '10.0.0.5', 'worker.internal', '128.0.0.1', '127.evil.example'])(
    'refuses to be administered from %s without a password',
    (host) => {
      const environment = { DATABASE_URL: databaseUrl, ADMIN_HOST: host };
      expect(parseWorkerConfig(environment)).toEqual({
        kind: 'invalid',
        message:
          'Invalid configuration:\n- ADMIN_PASSWORD must be set, because ADMIN_HOST can be reached from other machines',
      });
      expect(parseWorkerConfig({ ...environment, ADMIN_PASSWORD: 'x' })).toMatchObject({
        kind: 'valid',
        config: { admin: { host, password: 'x' } },
      });
    },
  );

  it.each(['127.0.0.1', '127.1.2.3', '::1', '[::1]', 'localhost'])(
    'asks for no password on %s, which only this machine reaches',
    (host) => {
      const environment = { DATABASE_URL: databaseUrl, ADMIN_HOST: host };
      expect(parseWorkerConfig(environment)).toMatchObject({ kind: 'valid' });
    },
  );

  it('makes Bull Board read-only unless ADMIN_WRITES is true, and then only behind a password', () => {
    expect(parseWorkerConfig({ DATABASE_URL: databaseUrl })).toMatchObject({
      config: { admin: { writes: false } },
    });
    const environment = { DATABASE_URL: databaseUrl, ADMIN_WRITES: 'true' };
    expect(parseWorkerConfig(environment)).toEqual({
      kind: 'invalid',
      message:
        'Invalid configuration:\n- ADMIN_PASSWORD must be set, because ADMIN_WRITES lets Bull Board change queues',
    });
    expect(parseWorkerConfig({ ...environment, ADMIN_PASSWORD: 'x' })).toMatchObject({
      kind: 'valid',
      config: { admin: { writes: true } },
    });
    expect(parseWorkerConfig({ ...environment, ADMIN_WRITES: 'yes' })).toMatchObject({
      kind: 'invalid',
    });
  });

  it('reports a missing password beside the other problems, not after them', () => {
    const result = parseWorkerConfig({ ADMIN_HOST: '0.0.0.0', WORKER_CONCURRENCY: 'many' });
    expect(result.kind === 'invalid' && result.message.split('\n')).toHaveLength(4);
  });
});
