import type { SinchVariables } from '@sinch-callbacks/dev-env/stack';

/** The one app of the simulated Sinch. Its keys open nothing else. */
export const simulatedAccount = {
  projectId: '5c1a7e5b-0d7e-4d0f-9b1e-2f6c7a9d1e42',
  appId: '01CHAOSAPP0000000000000000',
  keyId: '9a3b1c4e-5d6f-4a7b-8c9d-0e1f2a3b4c5d',
  keySecret: 'of-a-simulated-account',
};

/** Returns the variables that point a client at the account. */
export function sinchVariablesAt(apiUrl: string): SinchVariables {
  const { projectId, appId, keyId, keySecret } = simulatedAccount;
  return {
    SINCH_REGION: 'eu',
    SINCH_API_URL: apiUrl,
    SINCH_AUTH_URL: apiUrl,
    SINCH_PROJECT_ID: projectId,
    SINCH_APP_ID: appId,
    SINCH_ACCESS_KEY_ID: keyId,
    SINCH_ACCESS_SECRET: keySecret,
  };
}
