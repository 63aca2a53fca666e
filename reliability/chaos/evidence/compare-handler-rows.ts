import type { Handler } from '@sinch-callbacks/handlers';
import type { Violation } from './reconcile.ts';

/** What happened, and what handlers made of it, after all work is done. */
export interface HandlerEvidence {
  readonly handlers: readonly Pick<Handler, 'name' | 'triggers'>[];
  /** One for each applied event; copies of a callback are the same thing. */
  readonly happened: readonly ThingThatHappened[];
  readonly tasks: readonly HandlerTask[];
  readonly rows: readonly HandlerRow[];
}

export interface ThingThatHappened {
  readonly eventKey: string;
  readonly trigger: Handler['triggers'][number];
  readonly occurrence: string;
  /** Its body is gone, so a task that had not run by then is skipped. */
  readonly isRedacted: boolean;
}

export interface HandlerTask {
  /** Its handler and its occurrence, as in `ctx.key`. */
  readonly key: string;
  readonly state: string;
  readonly attempts: number;
  readonly cause: string | null;
  readonly errorMessage: string | null;
}

/** A row that a handler has inserted by `ctx.commit`. */
export interface HandlerRow {
  readonly handler: string;
  /** `ctx.key`. */
  readonly key: string;
  readonly trigger: string;
}

export interface HandlerComparison {
  readonly expected: number;
  /** Things that happened without a row. */
  readonly missing: readonly Violation[];
  /** Those with more than one row. */
  readonly doubled: readonly Violation[];
  /** Rows of what did not happen, or was skipped. */
  readonly strange: readonly Violation[];
}

/** Checks for exactly one row for each handler and each thing that happened. Pure. */
export function compareHandlerRows(evidence: HandlerEvidence): HandlerComparison {
  const expected = findExpected(evidence);
  const counts = new Map<string, number>();
  const strange: Violation[] = [];
  for (const row of evidence.rows) {
    const name = nameOf(row);
    if (expected.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
    else strange.push({ eventKey: name, why: 'a row of what did not happen, or was skipped' });
  }
  return {
    expected: expected.size,
    missing: [...expected]
      .filter(([name]) => !counts.has(name))
      .map(([name, eventKey]) => ({ eventKey, why: `no row of ${name}` })),
    doubled: [...counts]
      .filter(([, count]) => count > 1)
      .map(([name, count]) => ({
        eventKey: expected.get(name) ?? name,
        why: `${count} rows of ${name}`,
      })),
    strange,
  };
}

/** Finds the rows that must exist, each with the key of an event about the same thing. */
function findExpected({ handlers, happened, tasks }: HandlerEvidence): Map<string, string> {
  const skipped = new Set(tasks.flatMap(({ key, state }) => (state === 'SKIPPED' ? [key] : [])));
  return new Map(
    handlers.flatMap(({ name, triggers }) =>
      happened
        .filter(({ trigger }) => triggers.includes(trigger))
        .map(({ eventKey, trigger, occurrence, isRedacted }) => {
          const key = `${name}.${occurrence}`;
          return { name: nameOf({ handler: name, key, trigger }), eventKey, key, isRedacted };
        })
        // The chaos handlers never skip: only a redaction of the event may.
        .filter(({ key, isRedacted }) => !(isRedacted && skipped.has(key)))
        .map((row) => [row.name, row.eventKey] as const),
    ),
  );
}

/** The handler and the trigger are part of it: a row with another one is not the expected row. */
function nameOf({ handler, key, trigger }: HandlerRow): string {
  return `${handler} for ${trigger} ${key}`;
}

/**
 * Lists what faults have done to tasks that they must not do: no task dies, and only a failure that
 * the handlers planned uses up an attempt.
 */
export function findTaskProblems(
  tasks: readonly HandlerTask[],
  failsAtFirst: (key: string) => boolean,
): string[] {
  const dead = tasks.filter(({ state }) => state === 'DEAD');
  const costly = tasks.filter(
    ({ key, state, attempts }) => state !== 'DEAD' && attempts > (failsAtFirst(key) ? 2 : 1),
  );
  return [
    ...summarise(dead, 'tasks are dead', ({ cause, errorMessage }) => `${cause}, ${errorMessage}`),
    ...summarise(costly, 'tasks took too many attempts', ({ attempts }) => `${attempts}`),
  ];
}

const shownTasks = 5;

function summarise(
  tasks: readonly HandlerTask[],
  what: string,
  describe: (task: HandlerTask) => string,
): string[] {
  if (tasks.length === 0) return [];
  const shown = tasks.slice(0, shownTasks).map((task) => `${task.key} (${describe(task)})`);
  return [`${tasks.length} ${what}, among them ${shown.join('; ')}`];
}
