import { describe, expect, it } from 'vitest';
import { matchRoute } from './match-route.ts';

describe('matchRoute', () => {
  it.each([
    '/api/sinch/webhook',
    '/api/sinch/webhook/',
    '//api//sinch///webhook//',
    '/api/sinch/webhook?x=%&y=//z#a',
    '/api/sinch/webhook#?',
    'http://callbacks.example/api/sinch/webhook',
    'HTTPS://user@[::1]:99999999//api/sinch/webhook',
    'http://[/api/sinch/webhook',
  ])('finds the webhook at %s', (target) => {
    expect(matchRoute(target)).toBe('webhook');
  });

  it('finds the health page', () => {
    expect(matchRoute('/api/health')).toBe('health');
  });

  it.each([
    '',
    '*',
    '/',
    '/api/sinch/webhook/x',
    '/api/sinch/webhook.rsc',
    '/api/sinch/%77ebhook',
    '/API/SINCH/WEBHOOK',
    '/api/sinch/x/../webhook',
    '/?/api/sinch/webhook',
    'http://callbacks.example',
    'ftp://callbacks.example/api/sinch/webhook',
    '/_next/image?url=/api/sinch/webhook',
    'x'.repeat(16_000),
  ])('finds nothing at %s', (target) => {
    expect(matchRoute(target)).toBeUndefined();
  });
});
