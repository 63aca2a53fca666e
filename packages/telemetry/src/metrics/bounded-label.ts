/** All values beyond the first ones, together. */
const others = 'other';

/**
 * Bounds the values of a label that come from outside: the first `max` different ones are kept,
 * and every later one becomes `other`. Absent is the empty text.
 */
export function boundedLabel(max: number): (value: string | undefined) => string {
  const known = new Set<string>();
  return (value = '') => {
    if (known.has(value)) return value;
    if (known.size >= max) return others;
    known.add(value);
    return value;
  };
}
