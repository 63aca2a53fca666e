import type { RunFilter } from '@sinch-callbacks/db';
import type { Selection } from './select-letters.ts';

/** A selection as the audit keeps it: times are absolute, so that it means the same later. */
export function runFilterOf(selection: Selection): RunFilter {
  if (selection.kind === 'keys') return { keys: selection.keys };
  const { trigger, appId, errorClass, fingerprint, since, until } = selection.filter;
  const times = { since: since?.toISOString(), until: until?.toISOString() };
  return { where: { trigger, appId, errorClass, fingerprint, ...times } };
}

export function selectionOf(filter: RunFilter): Selection {
  if ('keys' in filter) return { kind: 'keys', keys: filter.keys };
  const { since, until, ...where } = filter.where;
  const times = { since: dateOf(since), until: dateOf(until) };
  return { kind: 'filter', filter: { ...where, ...times } };
}

/** For people: `trigger MESSAGE_DELIVERY, since 2026-…`. */
export function describeRunFilter(filter: RunFilter): string {
  if ('keys' in filter) {
    const [first = '-'] = filter.keys;
    return filter.keys.length > 1 ? `${filter.keys.length} keys` : first;
  }
  const parts = Object.entries(filter.where).map(([name, value]) => `${name} ${value}`);
  return parts.length > 0 ? parts.join(', ') : 'all';
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
