import {
  type ConfigResult,
  type Environment,
  parseSinchApiConfig,
  readConfig,
  type SinchApiConfig,
} from '@sinch-callbacks/config';
import { isLoopback } from '@sinch-callbacks/core';
import { createSinchApi, type SinchApi, type SinchApiTimings } from '@sinch-callbacks/sinch-api';

/** A client of Sinch's API, and the app that the variables name. */
export interface OpenSinch {
  readonly api: SinchApi;
  readonly appId: string;
  readonly projectId: string;
  /** True for an API on this machine, which may send callbacks without TLS. */
  readonly isLocal: boolean;
}

/** @throws ConfigError that names every variable that is missing or malformed. */
export function requireSinch(environment?: Environment): SinchApiConfig {
  return readConfig(parseSinchApiConfig, environment);
}

/** Reads the variables of Sinch's API, or what is wrong with them. */
export function readSinch(environment?: Environment): ConfigResult<SinchApiConfig> {
  return readConfig(
    (variables) => ({ kind: 'valid', config: parseSinchApiConfig(variables) }),
    environment,
  );
}

/** Opens a client for the time of `use`. */
export async function withSinchApi<T>(
  config: SinchApiConfig,
  timings: Partial<SinchApiTimings>,
  use: (sinch: OpenSinch) => Promise<T>,
): Promise<T> {
  const { appId, ...access } = config;
  const api = createSinchApi({ ...access, timings });
  const { apiUrl, projectId } = config;
  const isLocal = apiUrl !== undefined && isLoopback(new URL(apiUrl).hostname);
  try {
    return await use({ api, appId, projectId, isLocal });
  } finally {
    await api.close();
  }
}
