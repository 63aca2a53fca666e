import { isKnownTrigger } from '@sinch-callbacks/core';
import type { DeadCause, TaskFilter } from '@sinch-callbacks/handlers';
import { type Command, Option } from 'commander';
import { fingerprint, knownTrigger, moment, nonEmpty } from '../../options/option-parsers.ts';
import { momentForms } from '../../options/parse-moment.ts';
import { requirePeriod } from '../../options/require-choice.ts';

export interface TaskFilterOptions {
  readonly handler?: string;
  readonly trigger?: string;
  readonly app?: string;
  readonly cause?: DeadCause;
  readonly fingerprint?: string;
  readonly since?: Date;
  readonly until?: Date;
}

/** Reasons for which a task is dead, as `--cause` takes them and as help explains them. */
export const deadCauses: Readonly<Record<DeadCause, string>> = {
  'gave-up': 'the handler said that no retry can help',
  'attempts-exhausted': 'every attempt failed',
  quarantined: 'the process ended each time it ran this task',
};

/** Adds the options that filter dead tasks. */
export function addTaskFilter(command: Command, now: () => Date): Command {
  const cause = new Option('--cause <cause>', 'only those that are dead for this reason');
  return command
    .optionsGroup('Filters:')
    .option('--handler <name>', 'only those of this handler', nonEmpty)
    .option('--trigger <trigger>', 'only those of this trigger', knownTrigger)
    .option('--app <id>', 'only those of this app', nonEmpty)
    .addOption(cause.choices(Object.keys(deadCauses)))
    .option('--fingerprint <hex>', 'only those with this error (handlers dead)', fingerprint)
    .option('--since <when>', `only those that died then or later: ${momentForms}`, moment(now))
    .option('--until <when>', 'only those that died before', moment(now))
    .optionsGroup('Options:');
}

/** @throws UsageError when no task could ever match. */
export function taskFilterOf(options: TaskFilterOptions): TaskFilter {
  const { handler, trigger, app: appId, cause, since, until } = options;
  requirePeriod(since, until);
  return {
    handler,
    trigger: trigger !== undefined && isKnownTrigger(trigger) ? trigger : undefined,
    appId,
    cause,
    fingerprint: options.fingerprint,
    since,
    until,
  };
}
