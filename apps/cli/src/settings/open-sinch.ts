import {
  type ConfigResult,
  type Environment,
  parseSinchApiConfig,
  readConfig,
  type SinchApiConfig,
} from '@sinch-callbacks/config';
import { isLoopback } from '@sinch-callbacks/core';
import { createSinchApi, type SinchApi, type SinchApiTimings } from '@sinch-callbacks/sinch-api';
import { environmentName, type Given } from './read-settings.ts';
import { fillEnvironment, type StackFile } from './stack-file.ts';

/** A client of Sinch's API, and the app that the variables name. */
export interface OpenSinch {
  readonly api: SinchApi;
  readonly appId: string;
  readonly projectId: string;
  /** True for an API on this machine, which may send callbacks without TLS. */
  readonly isLocal: boolean;
}

/**
 * Reads the variables of Sinch's API, or what is wrong with them. They come from the stack where the
 * environment has none of them.
 */
export function readSinch(
  stack: StackFile | undefined,
  environment?: Environment,
): ConfigResult<Given<SinchApiConfig>> {
  return readConfig((variables) => {
    const filled = fillEnvironment(variables, stack);
    const from = stack && filled.sinchFromStack ? stack.name : environmentName;
    const parsed = parseSinchApiConfig(filled.environment);
    const config =
      parsed.kind === 'valid'
        ? ({ kind: 'valid', config: { value: parsed.config, from } } as const)
        : parsed;
    return { kind: 'valid', config };
  }, environment);
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
