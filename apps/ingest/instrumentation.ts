/** Next calls this once, before the first request: a malformed variable stops the boot here. */
export async function register(): Promise<void> {
  // Not a variable: Next writes the runtime's name in its place, and so keeps Node's modules out
  // of the copy that it compiles for its edge runtime.
  // oxlint-disable-next-line eslint/no-restricted-properties
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  const { boot } = await import('./src/boot.ts');
  boot();
}
