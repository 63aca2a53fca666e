import { hash, timingSafeEqual } from 'node:crypto';

/** Compares two secrets in a time that reveals neither length nor the first difference. */
export function isSameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', expected, 'buffer'));
}
