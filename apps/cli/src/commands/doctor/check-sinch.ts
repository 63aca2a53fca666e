import type { ConfigResult, SinchApiConfig } from '@sinch-callbacks/config';
import { inspectApp } from '@sinch-callbacks/operations';
import type { SinchApiTimings } from '@sinch-callbacks/sinch-api';
import { withSinchApi } from '../../settings/open-sinch.ts';
import type { Given } from '../../settings/read-settings.ts';
import { type Check, failure, skipped } from './check.ts';
import { judgeSinch } from './judge-sinch.ts';

/** Shorter than for other commands: a doctor is not kept waiting. */
const sinchTimings = { requestMs: 3_000, callMs: 5_000 };

/** Checks the app and its webhook at Sinch, where the variables are set. It only reads. */
export async function checkSinch(
  sinch: ConfigResult<Given<SinchApiConfig>>,
  secrets: Given<readonly string[]> | undefined,
  ingestUrl: string | undefined,
  timings: Partial<SinchApiTimings> = {},
): Promise<Check[]> {
  if (sinch.kind === 'invalid') return [judgeSinchVariables(sinch.message)];
  const ours = secrets?.value ?? [];
  const inspection = await withSinchApi(
    sinch.config.value,
    { ...sinchTimings, ...timings },
    ({ api, appId }) => inspectApp(api, appId, ours),
  );
  const { region } = sinch.config.value;
  return judgeSinch(inspection, { region, ingestUrl, hasSecret: ours.length > 0 });
}

/** @param message a line for each variable that is missing or malformed. */
export function judgeSinchVariables(message: string): Check {
  const problems = [...message.matchAll(/^- (\w+) (.*)$/gm)];
  const malformed = problems.filter(([, , text = '']) => !text.startsWith('must be set'));
  if (malformed.length > 0) {
    const lines = malformed.map(([line]) => line.slice(2)).join('\n');
    return failure('Sinch', lines, 'Correct it (see .env.example), and run again.');
  }
  const names = problems.map(([, name = '']) => name).join(', ');
  return skipped('Sinch', `not checked: ${names} not set`);
}
