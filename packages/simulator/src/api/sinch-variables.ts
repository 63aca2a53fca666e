import type { SinchApi } from './start-sinch-api.ts';

/**
 * Returns the variables that point a client at the first app of a local API. Its keys open nothing
 * else, and its addresses take the place of the region's, which a client must have nevertheless.
 */
export function sinchVariablesOf({ url, projects }: Pick<SinchApi, 'url' | 'projects'>) {
  const [project] = projects;
  return {
    SINCH_REGION: 'eu',
    SINCH_API_URL: url,
    SINCH_AUTH_URL: url,
    SINCH_PROJECT_ID: project?.projectId ?? '',
    SINCH_APP_ID: project?.appIds[0] ?? '',
    SINCH_ACCESS_KEY_ID: project?.keyId ?? '',
    SINCH_ACCESS_SECRET: project?.keySecret ?? '',
  };
}
