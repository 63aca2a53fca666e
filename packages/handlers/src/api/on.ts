import {
  isKnownTrigger,
  type KnownTrigger,
  knownTriggers,
  type OrderKeySource,
} from '@sinch-callbacks/core';
import type { HandlerContext } from './handler-context.ts';
import type { HandlerEvent } from './handler-event.ts';

/** A trigger, several of them, or every one that Sinch documents. */
export type TriggerChoice = KnownTrigger | readonly KnownTrigger[] | 'all';

/** The triggers of a choice. */
export type ChosenTrigger<C extends TriggerChoice> = C extends 'all'
  ? KnownTrigger
  : C extends readonly (infer T extends KnownTrigger)[]
    ? T
    : C extends KnownTrigger
      ? C
      : never;

/** The user's code for one event. It may run again after a failure; see `HandlerContext.key`. */
export type HandlerFunction<T extends KnownTrigger = KnownTrigger> = (
  event: HandlerEvent<T>,
  ctx: HandlerContext,
) => void | Promise<void>;

export interface HandlerOptions {
  /**
   * `none`: tasks run at the same time. `conversation`: one at a time for each conversation; a
   * failed one steps aside until its retry. `strict`: one at a time, in order; a failed one holds
   * its conversation back until it is done, replayed or discarded. `none` when absent.
   */
  readonly order?: HandlerOrder;
  /**
   * With an order, what it counts by: `conversation`, `contact` or `identity`. An event without a
   * conversation counts by its contact, and one without a contact by its identity: then it is in
   * no order with those that have one. `conversation` when absent. The worker reads it, so it
   * cannot be a function.
   */
  readonly key?: OrderKeySource;
  /** The largest number of tasks that a process runs at the same time; 10 when absent. */
  readonly concurrency?: number;
  /**
   * Milliseconds after which a run counts as failed and `ctx.signal` aborts; 60,000 when absent.
   */
  readonly timeout?: number;
  /** The number of attempts after which a task is dead; 10 when absent. */
  readonly attempts?: number;
  /** Milliseconds after the receipt of an event; a task that is older is skipped, not run. */
  readonly maxAge?: number;
  /** False to leave the handler out of the list: it is not registered and does not run. */
  readonly enabled?: boolean;
}

export type HandlerOrder = 'none' | 'conversation' | 'strict';

/** A named function for some triggers, with its options filled in. */
export interface Handler {
  readonly name: string;
  readonly triggers: readonly KnownTrigger[];
  readonly run: HandlerFunction;
  readonly options: Required<Omit<HandlerOptions, 'maxAge'>> & Pick<HandlerOptions, 'maxAge'>;
}

const defaults = {
  order: 'none',
  key: 'conversation',
  concurrency: 10,
  timeout: 60_000,
  attempts: 10,
  enabled: true,
} as const;

/**
 * Declares a handler. Its name is its identity: tasks are stored under it, so a handler that is
 * renamed is a new one.
 * @param name lower-case letters, digits and hyphens, at most 64.
 * @throws TypeError for a malformed name, an unknown trigger or an option out of range.
 */
export function on<const C extends TriggerChoice>(
  name: string,
  triggers: C,
  run: HandlerFunction<ChosenTrigger<C>>,
  options: HandlerOptions = {},
): Handler {
  const chosen = chosenTriggers(triggers);
  const problem = findProblem(name, chosen, options);
  if (problem !== undefined) throw new TypeError(`handler ${name}: ${problem}`);
  const handler: Handler = {
    name,
    triggers: chosen,
    // It is called with events of its triggers alone.
    run: run as HandlerFunction,
    options: { ...defaults, ...withoutUndefined(options) },
  };
  made.add(handler);
  return handler;
}

function chosenTriggers(triggers: TriggerChoice): readonly KnownTrigger[] {
  if (triggers === 'all') return knownTriggers;
  return typeof triggers === 'string' ? [triggers] : [...new Set(triggers)];
}

/** Checks that a value that the user's file exports is a list of handlers. */
export function isHandlerList(value: unknown): value is readonly Handler[] {
  const isMade = (item: unknown) => typeof item === 'object' && item !== null && made.has(item);
  return Array.isArray(value) && value.every(isMade);
}

/** Everything that `on` has returned. */
const made = new WeakSet<object>();

const wellFormedName = /^[a-z][a-z0-9-]{0,63}$/;
const orders: readonly string[] = ['none', 'conversation', 'strict'] satisfies HandlerOrder[];
const keySources: readonly string[] = [
  'conversation',
  'contact',
  'identity',
] satisfies OrderKeySource[];
const maxConcurrency = 1_000;
/** The longest delay of a timer in Node. */
const maxTimeoutMs = 2 ** 31 - 1;
const maxAttempts = 1_000;

function findProblem(
  name: string,
  triggers: readonly string[],
  { order, key, concurrency, timeout, attempts, maxAge }: HandlerOptions,
): string | undefined {
  if (!wellFormedName.test(name)) {
    return 'a name has lower-case letters, digits and hyphens, at most 64, and begins with a letter';
  }
  if (triggers.length === 0) return 'it has no trigger';
  const unknown = triggers.find((trigger) => !isKnownTrigger(trigger));
  if (unknown !== undefined) {
    return `${unknown} is no trigger; the triggers are ${knownTriggers.join(', ')}`;
  }
  if (order !== undefined && !orders.includes(order)) {
    return `order is ${orders.join(', ')}, not ${order}`;
  }
  if (key !== undefined && !keySources.includes(key)) {
    return `key is ${keySources.join(', ')}, not ${key}`;
  }
  if (key !== undefined && (order ?? defaults.order) === 'none') {
    return 'key needs an order: it is what the order counts by';
  }
  const counts = [
    ['concurrency', concurrency, maxConcurrency],
    ['timeout', timeout, maxTimeoutMs],
    ['attempts', attempts, maxAttempts],
    ['maxAge', maxAge, Number.MAX_SAFE_INTEGER],
  ] as const;
  for (const [option, value, most] of counts) {
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < 1 || value > most) {
      return `${option} is a whole number from 1 to ${most}, not ${value}`;
    }
  }
  return undefined;
}

/** Drops members that are `undefined`, which would hide a default. */
function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as T;
}
