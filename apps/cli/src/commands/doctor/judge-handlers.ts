import type { RegisteredState, TaskStock } from '@sinch-callbacks/handlers';
import { counted, oneLine, showDuration } from '../../terminal/format.ts';
import { type Check, ok, warning } from './check.ts';

/** The facts of a handler that the checks need. */
export type HandlerFacts = Pick<RegisteredState, 'name' | 'state' | 'isKnown'>;

/** More than a run takes, and the pauses before its first retries. */
const oldAfterMs = 3_600_000;

/**
 * Finds handlers that no process runs, those that are paused, dead tasks, and tasks that wait for
 * long. Tasks of a retired handler never run, so their age says nothing.
 */
export function judgeHandlers(
  handlers: readonly HandlerFacts[],
  stocks: readonly TaskStock[],
): Check[] {
  const wanted = handlers.filter(({ state }) => state !== 'RETIRED');
  const unknown = wanted.filter(({ isKnown }) => !isKnown);
  const paused = wanted.filter(({ state }) => state === 'PAUSED');
  const running = wanted.filter(({ state, isKnown }) => state === 'ACTIVE' && isKnown);
  const isRunning = running.length > 0 && running.length === wanted.length;
  return [
    ...judgeUnknown(unknown),
    ...judgePaused(paused),
    ...(isRunning
      ? [ok('handlers', `${counted(running.length, 'handler')}, each in a running process`)]
      : []),
    ...judgeDeadTasks(stocks),
    ...judgeOldTasks(new Set(running.map(({ name }) => name)), stocks),
  ];
}

function judgeUnknown(handlers: readonly HandlerFacts[]): Check[] {
  if (handlers.length === 0) return [];
  const advice =
    'Start apps/handlers, or check that its list names them. A handler that is gone for good: ' +
    'callbacks handlers retire <name>.';
  return [warning('handlers', `no process has ${namesOf(handlers)}: their tasks wait`, advice)];
}

function judgePaused(handlers: readonly HandlerFacts[]): Check[] {
  if (handlers.length === 0) return [];
  const advice = 'Their tasks wait: callbacks handlers resume <name>.';
  return [warning('handlers', `${namesOf(handlers)} paused`, advice)];
}

function namesOf(handlers: readonly HandlerFacts[]): string {
  return handlers.map(({ name }) => oneLine(name)).join(', ');
}

function judgeDeadTasks(stocks: readonly TaskStock[]): Check[] {
  const dead = stocks.filter(({ states }) => states.dead > 0);
  if (dead.length === 0) return [];
  const shown = dead.map(({ handler, states }) => `${oneLine(handler)} ${states.dead}`).join(', ');
  return [warning('dead tasks', shown, 'callbacks handlers dead shows their errors.')];
}

function judgeOldTasks(running: ReadonlySet<string>, stocks: readonly TaskStock[]): Check[] {
  const old = stocks.flatMap(({ handler, oldestWaitingMs = 0 }) =>
    running.has(handler) && oldestWaitingMs >= oldAfterMs
      ? [`${oneLine(handler)} for ${showDuration(oldestWaitingMs)}`]
      : [],
  );
  if (old.length === 0) return [];
  const advice =
    'They are retried, or there are more than its processes can run: callbacks handlers list.';
  return [warning('waiting tasks', `the oldest wait: ${old.join(', ')}`, advice)];
}
