/** Compares `1.2.3` as numbers. A version that does not begin with a number counts as new. */
export function isOlderThan(version: string, least: string): boolean {
  if (!/^\d/.test(version)) return false;
  const [have, want] = [version, least].map((text) => text.split('.').map(Number.parseFloat));
  for (const [place, wanted] of (want ?? []).entries()) {
    const part = have?.[place] ?? 0;
    if (part !== wanted) return part < wanted;
  }
  return false;
}
