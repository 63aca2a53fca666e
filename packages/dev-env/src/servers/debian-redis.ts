import { type DebianProgram, fetchDebianProgram } from './debian-package.ts';

/** Gets Debian's or Ubuntu's redis-server without installing it. Never throws. */
export async function fetchDebianRedis(env: NodeJS.ProcessEnv): Promise<DebianProgram> {
  const redis = {
    name: 'debian-redis',
    packages: ['redis-server', 'redis-tools'],
    program: 'usr/bin/redis-server',
  };
  return await fetchDebianProgram(redis, env);
}
