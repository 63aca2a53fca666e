import { expect, it } from 'vitest';
import { parseRedisUrl } from './redis-address.ts';

const single = ['redis://localhost', 'rediss://user:a,b%2Cc@host:6380/2?family=6'];

it.each(single)('one URL is one Redis, and stays as it is: %s', (url) => {
  expect(parseRedisUrl(url)).toEqual({ kind: 'single', url });
});

it('several URLs are nodes of a cluster, which share what one needs to get in', () => {
  const url = 'rediss://us%20er:p%40ss,w@a.example:7000, rediss://us%20er:p%40ss,w@[::1]';
  expect(parseRedisUrl(url)).toEqual({
    kind: 'cluster',
    nodes: [
      { host: 'a.example', port: 7000 },
      { host: '::1', port: 6379 },
    ],
    username: 'us er',
    password: 'p@ss,w',
    isEncrypted: true,
  });
});

it('one URL says by a parameter that it is the way to a cluster', () => {
  expect(parseRedisUrl('redis://configuration.example:6379?cluster=true')).toEqual({
    kind: 'cluster',
    nodes: [{ host: 'configuration.example', port: 6379 }],
    username: undefined,
    password: undefined,
    isEncrypted: false,
  });
});
