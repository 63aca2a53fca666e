/**
 * The seed of this run, from which all random values in tests follow. `vitest.config.ts` chooses a
 * new one for each run; a failed run prints its own, and `TEST_SEED` repeats it.
 */
export const testSeed = Number(process.env['TEST_SEED'] ?? 1);

const isLong = process.env['TEST_LONG'] === '1';

/**
 * Chooses the size of a test with two forms: `pnpm test` runs the short one, `pnpm test:long` the
 * long one. Both check the same guarantee.
 */
export function sized<T>(sizes: { readonly short: T; readonly long: T }): T {
  return isLong ? sizes.long : sizes.short;
}
