import { contents, secrets } from './canaries.ts';

/** Creates an error with everything that a library might put into its message and fields. */
export function mistake(): Error {
  const url = `postgresql://sinch:${secrets.databasePassword}@db:5432/x`;
  const error = new Error(`cannot use ${url} for "${contents.text}" of +${contents.phone}`);
  return Object.assign(error, {
    command: { name: 'hset', args: [`{"text":"${contents.text}"}`, secrets.redisPassword] },
    detail: `Key (identity)=(${contents.email}) already exists.`,
    config: {
      url: `redis://:${secrets.redisPassword}@cache`,
      headers: { authorization: secrets.adminPassword },
    },
  });
}
