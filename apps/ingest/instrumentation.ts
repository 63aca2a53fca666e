/** Next calls this once, before the first request: a malformed variable stops the boot here. */
export async function register(): Promise<void> {
  // Not a variable: Next writes the runtime's name in its place, and so keeps Node's modules out
  // of the copy that it compiles for its edge runtime.
  // oxlint-disable-next-line eslint/no-restricted-properties
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  const { boot } = await import('./src/next/boot.ts');
  // Nor this: Next's standalone server leaves it here for itself. Any other server that runs the
  // routes, a platform's or the one for developing, speaks to Next by headers of its own.
  // oxlint-disable-next-line eslint/no-restricted-properties
  boot({ isStandalone: '__NEXT_PRIVATE_STANDALONE_CONFIG' in process.env });
}
