import { expect, it } from 'vitest';
import { canariesIn, contents, secrets } from './canaries.ts';

it.each([
  secrets.adminPassword,
  `basic ${Buffer.from(`admin:${secrets.adminPassword}`).toString('base64')}`,
  `x${Buffer.from(`xy${secrets.adminPassword}z`).toString('base64')}`,
  [...Buffer.from(secrets.adminPassword)].join(','),
  Buffer.from(secrets.adminPassword).toString('hex'),
])('a canary is found in each of its forms: %s', (text) => {
  expect(canariesIn(`before ${text} after`, secrets)).toEqual(['adminPassword']);
  expect(canariesIn(`before ${text} after`, contents)).toEqual([]);
});
