/** The label of all values beyond the bound. */
const others = 'other';

/**
 * Bounds a label whose values come from outside: the first `max` different values are kept, and
 * every later one becomes `other`. An absent value is the empty text.
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
