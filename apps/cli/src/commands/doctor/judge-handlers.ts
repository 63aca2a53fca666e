import type { RegisteredState } from '@sinch-callbacks/handlers';
import { counted, oneLine } from '../../terminal/format.ts';
import { type Check, ok, warning } from './check.ts';

/** The facts of a handler that the check needs. */
export type HandlerFacts = Pick<RegisteredState, 'name' | 'state' | 'isKnown'>;

/** Finds handlers that no process runs: their tasks are kept, and wait. */
export function judgeHandlers(handlers: readonly HandlerFacts[]): Check[] {
  const wanted = handlers.filter(({ state }) => state !== 'RETIRED');
  if (wanted.length === 0) return [];
  const unknown = wanted.filter(({ isKnown }) => !isKnown).map(({ name }) => oneLine(name));
  if (unknown.length > 0) {
    return [
      warning(
        'handlers',
        `no process has ${unknown.join(', ')}: their tasks wait`,
        'Start apps/handlers, or check that its list names them. A handler that is gone for good: ' +
          'callbacks handlers retire <name>.',
      ),
    ];
  }
  const paused = wanted.filter(({ state }) => state === 'PAUSED').map(({ name }) => oneLine(name));
  if (paused.length > 0) {
    const advice = 'Their tasks wait: callbacks handlers resume <name>.';
    return [warning('handlers', `${paused.join(', ')} paused`, advice)];
  }
  return [ok('handlers', `${counted(wanted.length, 'handler')}, each in a running process`)];
}
