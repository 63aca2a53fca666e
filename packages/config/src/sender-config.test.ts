import { expect, it } from 'vitest';
import { parseSenderConfig } from './sender-config.ts';

const environment = {
  DATABASE_URL: 'postgresql://localhost/sinch',
  SINCH_REGION: 'eu',
  SINCH_PROJECT_ID: 'project',
  SINCH_APP_ID: 'app',
  SINCH_ACCESS_KEY_ID: 'key',
  SINCH_ACCESS_SECRET: 'secret',
};

it('sends as fast as an app of Sinch does, unless SINCH_SEND_RATE says otherwise', () => {
  expect(parseSenderConfig(environment)).toMatchObject({
    kind: 'valid',
    config: { perSecond: 20, host: '127.0.0.1', port: 3003, sinch: { appId: 'app' } },
  });
  const faster = parseSenderConfig({ ...environment, SINCH_SEND_RATE: '100' });
  expect(faster).toMatchObject({ config: { perSecond: 100 } });
});

it('names every problem in one message, and no value', () => {
  const result = parseSenderConfig({ SINCH_SEND_RATE: '0', SENDER_HOST: '0.0.0.0' });
  const message = result.kind === 'invalid' ? result.message : '';
  const names = ['DATABASE_URL', 'SINCH_SEND_RATE', 'SENDER_METRICS_TOKEN', 'SINCH_REGION'];
  for (const name of names) expect(message).toContain(name);
  expect(message.match(/Invalid configuration/g)).toHaveLength(1);
  expect(message).not.toContain('0.0.0.0');
});
