import { parseVariables } from './parse-variables.ts';
import type { ConfigResult, Environment } from './read-config.ts';
import { variables } from './variables.ts';

/** What a client of the Conversation API needs. The secret is in it: never log it. */
export interface SinchApiConfig {
  readonly region: 'us' | 'eu' | 'br';
  readonly projectId: string;
  readonly appId: string;
  readonly keyId: string;
  readonly keySecret: string;
  /** Replaces the address of the region. */
  readonly apiUrl: string | undefined;
  /** Replaces the address that tokens come from. */
  readonly authUrl: string | undefined;
}

const sinchApiVariables = {
  SINCH_REGION: variables.SINCH_REGION.unwrap(),
  SINCH_PROJECT_ID: variables.SINCH_PROJECT_ID.unwrap(),
  SINCH_APP_ID: variables.SINCH_APP_ID.unwrap(),
  SINCH_ACCESS_KEY_ID: variables.SINCH_ACCESS_KEY_ID.unwrap(),
  SINCH_ACCESS_SECRET: variables.SINCH_ACCESS_SECRET.unwrap(),
  SINCH_API_URL: variables.SINCH_API_URL,
  SINCH_AUTH_URL: variables.SINCH_AUTH_URL,
};

/**
 * Requires the region, the app and its credentials. The region has no default: the wrong one answers
 * 404 to everything, as if there were no app.
 */
export function parseSinchApiConfig(environment: Environment): ConfigResult<SinchApiConfig> {
  return parseVariables(sinchApiVariables, environment, (values) => ({
    region: values.SINCH_REGION,
    projectId: values.SINCH_PROJECT_ID,
    appId: values.SINCH_APP_ID,
    keyId: values.SINCH_ACCESS_KEY_ID,
    keySecret: values.SINCH_ACCESS_SECRET,
    apiUrl: values.SINCH_API_URL,
    authUrl: values.SINCH_AUTH_URL,
  }));
}
