import { expect, it } from 'vitest';
import { isLoopback } from './is-loopback.ts';

it.each([
  'http://127.0.0.1:3000/api',
  'http://127.1/',
  'http://127.0.0.2:4000/',
  'http://127.255.0.9/',
  'http://localhost:3000/',
  'https://LOCALHOST/',
  'http://[::1]:3000/',
])('%s is this machine', (address) => {
  expect(isLoopback(new URL(address).hostname)).toBe(true);
});

it.each([
  'https://example.com/',
  'http://10.0.0.1/',
  'http://0.0.0.0/',
  'http://128.0.0.1/',
  'http://127.0.0.1.example.com/',
  'http://localhost.example.com/',
  'http://[::2]/',
])('%s is not', (address) => {
  expect(isLoopback(new URL(address).hostname)).toBe(false);
});
