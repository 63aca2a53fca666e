import type { ConfigResult } from './read-config.ts';

/** Joins two results: both configurations, or the problems of both, each once. */
export function joinConfigs<One, Other, Joined>(
  one: ConfigResult<One>,
  other: ConfigResult<Other>,
  join: (one: One, other: Other) => Joined,
): ConfigResult<Joined> {
  if (one.kind === 'valid' && other.kind === 'valid') {
    return { kind: 'valid', config: join(one.config, other.config) };
  }
  const messages = [one, other].flatMap((each) => (each.kind === 'invalid' ? each.message : []));
  const [first = '', ...others] = messages.join('\n').split('\n');
  const problems = others.filter((line) => line !== first);
  return { kind: 'invalid', message: [first, ...problems].join('\n') };
}
