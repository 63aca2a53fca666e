import { describe, expect, it } from 'vitest';
import { parseSinchApiConfig } from './sinch-api-config.ts';

const complete = {
  SINCH_REGION: 'eu',
  SINCH_PROJECT_ID: 'project',
  SINCH_APP_ID: 'app',
  SINCH_ACCESS_KEY_ID: 'key',
  SINCH_ACCESS_SECRET: 'hunter2',
};

describe('parseSinchApiConfig', () => {
  it('takes the app, its credentials and its region', () => {
    expect(parseSinchApiConfig(complete)).toEqual({
      kind: 'valid',
      config: {
        region: 'eu',
        projectId: 'project',
        appId: 'app',
        keyId: 'key',
        keySecret: 'hunter2',
        apiUrl: undefined,
        authUrl: undefined,
      },
    });
  });

  it('names each missing variable, and where Sinch’s dashboard shows its value', () => {
    expect(parseSinchApiConfig({ SINCH_ACCESS_SECRET: ' ' })).toEqual({
      kind: 'invalid',
      message: [
        'Invalid configuration:',
        '- SINCH_REGION must be set to the region of the app, us, eu or br: https://dashboard.sinch.com/convapi/apps shows it',
        '- SINCH_PROJECT_ID must be set to the id of the project: https://dashboard.sinch.com/settings/access-keys shows it',
        '- SINCH_APP_ID must be set to the id of the app: https://dashboard.sinch.com/convapi/apps shows it',
        '- SINCH_ACCESS_KEY_ID must be set to the key id of an access key: https://dashboard.sinch.com/settings/access-keys lists them',
        '- SINCH_ACCESS_SECRET must be set to the secret of that access key: https://dashboard.sinch.com/settings/access-keys shows it only when the key is made',
      ].join('\n'),
    });
  });

  it('refuses another region, and does not show it', () => {
    expect(parseSinchApiConfig({ ...complete, SINCH_REGION: 'EU' })).toEqual({
      kind: 'invalid',
      message:
        'Invalid configuration:\n- SINCH_REGION must be us, eu or br, as https://dashboard.sinch.com/convapi/apps shows it for the app',
    });
  });

  it.each(['https://example.com/base', 'http://localhost:3003', 'http://[::1]:1'])(
    'takes the address %s',
    (url) => {
      const result = parseSinchApiConfig({ ...complete, SINCH_API_URL: url, SINCH_AUTH_URL: url });
      expect(result).toMatchObject({ config: { apiUrl: url, authUrl: url } });
    },
  );

  it.each([
    'http://example.com',
    'http://sinch:3003',
    'example.com',
    'https://user:hunter2@example.com',
    'https://example.com?key=hunter2',
  ])('refuses %s, to which credentials must not go', (url) => {
    for (const name of ['SINCH_API_URL', 'SINCH_AUTH_URL']) {
      expect(parseSinchApiConfig({ ...complete, [name]: url })).toEqual({
        kind: 'invalid',
        message: expect.stringMatching(new RegExp(`- ${name} must be an https:(?!.*hunter2)`)),
      });
    }
  });
});
