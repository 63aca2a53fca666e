import { describe, expect, it } from 'vitest';
import { fillEnvironment, parseStackFile } from './stack-file.ts';

const stack = parseStackFile(
  JSON.stringify({
    ingestUrl: 'http://127.0.0.1:3000',
    databaseUrl: 'postgres://stack/db',
    queueUrl: 'redis://stack',
    webhookSecret: 'stack-secret',
    erasure: { key: 'stack-key', logFile: '/stack/erasures.jsonl' },
    sinch: { SINCH_API_URL: 'http://stack', SINCH_APP_ID: 'stack-app', OTHER: 'no' },
    pids: { start: 1 },
  }),
  'stack.json',
);

describe('fillEnvironment', () => {
  it('fills everything where the environment gives nothing, blanks included', () => {
    const filled = fillEnvironment({ DATABASE_URL: ' ', REDIS_URL: '' }, stack);
    expect(filled).toMatchObject({ secretFromStack: true, serversFromStack: true });
    expect(filled.environment).toMatchObject({
      SINCH_WEBHOOK_SECRET: 'stack-secret',
      DATABASE_URL: 'postgres://stack/db',
      REDIS_URL: 'redis://stack',
      SINCH_APP_ID: 'stack-app',
      ERASURE_KEY: 'stack-key',
      ERASURE_LOG: '/stack/erasures.jsonl',
    });
    const { environment } = fillEnvironment({ SINCH_APP_ID: 'mine' }, stack);
    expect(environment).toMatchObject({ SINCH_API_URL: 'http://stack', SINCH_APP_ID: 'mine' });
    expect(environment).not.toHaveProperty('OTHER');
  });

  it.each([{ SINCH_PROJECT_ID: 'mine' }, { DATABASE_URL: 'postgres://production/db' }])(
    'never pairs %j with the Sinch of the stack',
    (given) => {
      const { environment, sinchFromStack } = fillEnvironment(given, stack);
      expect(sinchFromStack).toBe(false);
      expect(environment).not.toHaveProperty('SINCH_API_URL');
      expect(environment).not.toHaveProperty('SINCH_APP_ID');
    },
  );

  it.each([
    { DATABASE_URL: 'postgres://production/db' },
    { ERASURE_KEY: 'mine' },
    { ERASURE_LOG: '/mine' },
  ])('never pairs %j with the list of erased people of the stack', (given) => {
    const { environment } = fillEnvironment(given, stack);
    expect(Object.values(environment)).not.toContain('stack-key');
    expect(Object.values(environment)).not.toContain('/stack/erasures.jsonl');
  });

  it.each([{ DATABASE_URL: 'postgres://production/db' }, { REDIS_URL: 'redis://production' }])(
    'never pairs %j with a server of the stack',
    (given) => {
      const { environment, serversFromStack } = fillEnvironment(given, stack);
      expect(serversFromStack).toBe(false);
      expect(JSON.stringify(environment)).not.toContain('//stack');
    },
  );

  it('keeps a secret that the environment gives', () => {
    const { environment } = fillEnvironment({ SINCH_WEBHOOK_SECRET: 'mine' }, stack);
    expect(environment['SINCH_WEBHOOK_SECRET']).toBe('mine');
  });

  it('takes no Redis from a stack whose queue lives in its database', () => {
    const inPostgres = { ...stack, queueUrl: stack.databaseUrl };
    const { environment } = fillEnvironment({}, inPostgres);
    expect(environment['REDIS_URL']).toBeUndefined();
  });

  it('leaves everything as it is without a stack', () => {
    expect(fillEnvironment({ LOG_LEVEL: 'info' }, undefined).environment).toEqual({
      LOG_LEVEL: 'info',
    });
  });
});

describe('parseStackFile', () => {
  it.each(['', '[]', '"text"', '{'])('refuses %j with a way out', (text) => {
    expect(() => parseStackFile(text, 'stack.json')).toThrow('--no-stack');
  });

  it('refuses an address that is none', () => {
    expect(() => parseStackFile('{"adminUrl":"here"}', 'stack.json')).toThrow('adminUrl');
  });
});
