import { describe, expect, it } from 'vitest';
import { hideSecrets, secretsOfUrl, showUrl } from './hide-secrets.ts';

const url = 'postgres://user:p%40ss@db.example:5432/app?sslpassword=key&pool=5';

describe('a URL that is shown', () => {
  it('has lost its user, its password and its parameters', () => {
    expect(showUrl(url)).toBe('postgres://db.example:5432/app');
    expect(showUrl('redis://:hidden@127.0.0.1:6379')).toBe('redis://127.0.0.1:6379');
  });

  it('shows every node of a cluster, and no password of any', () => {
    const cluster = 'redis://:hidden@a:7000, redis://:hid%64en@b:7001?cluster=true';
    expect(showUrl(cluster)).toBe('redis://a:7000, redis://b:7001');
    expect(secretsOfUrl(cluster)).toEqual(['hidden', 'hidden', 'hid%64en', 'hidden']);
  });

  it('is not shown at all when it is none', () => {
    expect(showUrl('user:hidden@host')).not.toContain('hidden');
  });
});

describe('hideSecrets', () => {
  it('takes out passwords in both spellings, and the longest first', () => {
    const secrets = [...secretsOfUrl(url), 'key-and-more'];
    const text = 'p%40ss, p@ss, key and key-and-more';
    expect(hideSecrets(text, secrets)).toBe('***, ***, *** and ***');
  });

  it('leaves text alone where there are no secrets', () => {
    expect(hideSecrets('as it is', secretsOfUrl('redis://127.0.0.1'))).toBe('as it is');
  });

  it('copes with a password that is no valid percent-encoding', () => {
    expect(secretsOfUrl('redis://:100%@host')).toContain('100%');
  });
});
