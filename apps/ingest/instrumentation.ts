/** Next calls this once, before the first request: a malformed variable stops the boot here. */
export async function register(): Promise<void> {
  // Next replaces this expression with the runtime's name. That keeps Node's modules out of the
  // copy that it compiles for its edge runtime.
  // oxlint-disable-next-line eslint/no-restricted-properties
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return;
  const { boot } = await import('./src/next/boot.ts');
  // Next's standalone server sets this for its own use. Other servers that run the routes, such as
  // a platform's or the development server, pass headers of their own to Next.
  // oxlint-disable-next-line eslint/no-restricted-properties
  boot({ isStandalone: '__NEXT_PRIVATE_STANDALONE_CONFIG' in process.env });
}
