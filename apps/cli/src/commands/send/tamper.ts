/**
 * The body with one bit of its middle byte changed, as if it had been changed on the way:
 * its signature no longer fits. An empty body becomes one byte.
 */
export function tamper(body: Uint8Array): Uint8Array {
  if (body.length === 0) return Uint8Array.of(0x20);
  const changed = Uint8Array.from(body);
  const middle = Math.floor(changed.length / 2);
  changed[middle] = (changed[middle] ?? 0) ^ 0x01;
  return changed;
}
