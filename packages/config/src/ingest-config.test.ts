import { describe, expect, it } from 'vitest';
import { parseIngestConfig } from './ingest-config.ts';

const databaseUrl = 'postgresql://sinch@localhost/sinch';

describe('parseIngestConfig', () => {
  it('needs no variable at all, so that a build or a first deployment starts', () => {
    expect(parseIngestConfig({})).toEqual({
      kind: 'valid',
      config: {
        verification: { secrets: [], timestampToleranceSeconds: 300, replayPolicy: 'absorb' },
        maxBodyBytes: 1_048_576,
        queue: undefined,
        queuePrefix: 'sinch',
        listener: { host: '127.0.0.1', port: 3000, processes: 1 },
        logLevel: 'info',
      },
    });
  });

  it('takes several secrets, trimmed, and drops empty ones', () => {
    const result = parseIngestConfig({ SINCH_WEBHOOK_SECRET: ' new , ,old,' });
    expect(result).toMatchObject({ config: { verification: { secrets: ['new', 'old'] } } });
  });

  it.each(['', '   ', ' , ,'])('takes the secret %j for none', (secret) => {
    const result = parseIngestConfig({ SINCH_WEBHOOK_SECRET: secret });
    expect(result).toMatchObject({ config: { verification: { secrets: [] } } });
  });

  it('prefers Redis and falls back to Postgres', () => {
    const redisUrl = 'rediss://cache.example:6380';
    expect(parseIngestConfig({ REDIS_URL: redisUrl, DATABASE_URL: databaseUrl })).toMatchObject({
      config: { queue: { kind: 'redis', url: redisUrl } },
    });
    expect(parseIngestConfig({ REDIS_URL: '', DATABASE_URL: databaseUrl })).toMatchObject({
      config: { queue: { kind: 'postgres', url: databaseUrl } },
    });
  });

  it('reports every problem in one message that names variables and shows no value', () => {
    const result = parseIngestConfig({
      SINCH_TIMESTAMP_TOLERANCE_SECONDS: '5 minutes',
      SINCH_REPLAY_POLICY: 'ignore',
      INGEST_MAX_BODY_BYTES: '0',
      REDIS_URL: 'http://user:hunter2@cache.example',
      DATABASE_URL: 'postgres://user:hun#ter2@host:port/name',
      QUEUE_PREFIX: 'sinch:prod',
      LOG_LEVEL: 'loud',
    });
    expect(result).toEqual({
      kind: 'invalid',
      message: [
        'Invalid configuration:',
        '- SINCH_TIMESTAMP_TOLERANCE_SECONDS must be a whole number from 1 to 604800',
        '- SINCH_REPLAY_POLICY must be one of absorb, reject',
        '- INGEST_MAX_BODY_BYTES must be a whole number from 1 to 67108864',
        '- REDIS_URL must be a URL that starts with redis:// or rediss://, with any special character of its password percent-encoded',
        '- DATABASE_URL must be a URL that starts with postgres:// or postgresql://, with any special character of its password percent-encoded',
        '- QUEUE_PREFIX must be 1 to 32 letters, digits, "_" or "-"',
        '- LOG_LEVEL must be one of silent, fatal, error, warn, info, debug, trace',
      ].join('\n'),
    });
  });

  it('takes a number of processes, or the word for one per core', () => {
    const processes = (text: string) => parseIngestConfig({ INGEST_PROCESSES: text });
    expect(processes('4')).toMatchObject({ config: { listener: { processes: 4 } } });
    expect(processes('auto')).toMatchObject({ config: { listener: { processes: 'auto' } } });
    for (const wrong of ['0', '129', 'all', '2.5']) {
      expect(processes(wrong)).toEqual({
        kind: 'invalid',
        message:
          'Invalid configuration:\n- INGEST_PROCESSES must be auto, or a whole number from 1 to 128',
      });
    }
  });

  it.each(['1e3', '0x10', '-1', '1.5', 'NaN', '9'.repeat(400)])(
    'refuses %s where a whole number belongs, instead of taking it for unset',
    (value) => {
      expect(parseIngestConfig({ INGEST_MAX_BODY_BYTES: value })).toMatchObject({
        kind: 'invalid',
      });
    },
  );
});
