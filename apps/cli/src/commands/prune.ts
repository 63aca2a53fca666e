import {
  agreedTime,
  countToPrune,
  minAgeDays,
  type PruneCutoffs,
  type Pruned,
  planPrune,
  prune,
  retentionLimits,
} from '@sinch-callbacks/operations';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { UsageError } from '../failure.ts';
import { age, ageForms } from '../options/option-parsers.ts';
import type { Host, Session } from '../session.ts';
import type { Settings } from '../settings/read-settings.ts';
import { counted, showInstant } from '../terminal/format.ts';
import { pruneBySchedule } from './prune-by-schedule.ts';
import { failedSteps, reportFailedSteps } from './report-failed-steps.ts';

interface PruneOptions {
  readonly olderThan?: number;
  readonly guardOlderThan?: number;
  readonly outboundOlderThan?: number;
  readonly schedule?: true;
  readonly dryRun?: true;
}

const optionOf = {
  olderThanMs: '--older-than',
  guardOlderThanMs: '--guard-older-than',
  outboundOlderThanMs: '--outbound-older-than',
} as const;

const help = `
Goes: events that were received and applied before that, with their bodies, once their whole week
is that old; dead letters that were applied, discarded or redacted before that, and the events of
the last two.
Stays, however old: open dead letters, events of unknown kinds, events of which a task of a handler
waits or is dead, and every row that events have
made: messages, their reports, conversations, contacts, consents and the rest.

An event that is gone is still recognised when it comes again, until its guard goes too: by
--guard-older-than, and never before its event. After that it would be applied again. Sinch sends
again for about a day, and rejected callbacks can be rechecked for a week: ages under
${minAgeDays} days are refused. Weeks are dropped whole and the rest goes in batches, so that
nothing waits long for it; run it as often as you like.

With --outbound-older-than go outbound messages that were sent, refused or discarded before that;
one that waits or is uncertain never. Without it they stay, as the memory of their keys: once a row
is gone, the same key is a new message and is sent again, also by a handler whose task is replayed
after that. It is never shorter than the age of guards.

Where RETENTION_DAYS is set here, the worker removes by itself, and an age that would remove more than
the variables allow is refused; without GUARD_DAYS that is each age, since guards stay for good.

With --schedule it does now what the worker does by itself once a day, by RETENTION_DAYS, GUARD_DAYS,
RETENTION_PROJECTIONS_DAYS, REDACT_AFTER_DAYS and SINCH_ON_CONTACT_DELETE=redact as they are set
here; with --dry-run it says what that would be. Contacts that are to be erased are left to the
worker.

With --json: {dryRun, before, guardsBefore, outboundBefore, events, deadLetters, guards, outbound};
with --schedule: {dryRun, counts: [{table, action, rows}]}. Where a step failed, the others are done,
it exits 1, and the document has failed: [{table, action, message}] too.

Examples:
  $ callbacks prune --older-than 90d --dry-run
  $ callbacks prune --older-than 90d
  $ callbacks prune --older-than 30d --guard-older-than 365d
  $ callbacks prune --older-than 90d --outbound-older-than 400d
  $ callbacks prune --schedule --dry-run
`;

/** `callbacks prune` */
export function addPruneCommand(program: Command, host: Host): void {
  program
    .command('prune')
    .summary('remove old events that are applied, and old letters that are closed')
    .description('Remove what is applied or closed and older than an age.')
    .option('--older-than <age>', `such as ${ageForms}`, age)
    .option(
      '--guard-older-than <age>',
      'for how long doubles are recognised (as long as --older-than if not said)',
      age,
    )
    .option(
      '--outbound-older-than <age>',
      'remove settled outbound messages too, and the memory of their keys',
      age,
    )
    .option('--schedule', 'by the days of the variables, as the worker does')
    .option('--dry-run', 'only say how much; nothing is changed')
    .addHelpText('after', help)
    .action(async (options: PruneOptions, command: Command) => {
      await host.run(command, (session) =>
        options.schedule ? pruneBySchedule(session, options) : pruneOld(session, options),
      );
    });
}

/** After an interruption, what is removed stays removed, and the same command does the rest. */
async function pruneOld(session: Session, options: PruneOptions): Promise<ExitCode> {
  const { terminal, io } = session;
  const { olderThan, guardOlderThan, outboundOlderThan, dryRun = false } = options;
  if (olderThan === undefined) throw new UsageError('give --older-than <age>, or --schedule');
  const ages = {
    olderThanMs: olderThan,
    guardOlderThanMs: guardOlderThan,
    outboundOlderThanMs: outboundOlderThan,
  };
  const now = io.now();
  const plan = planPrune(ages, now);
  if (plan.kind === 'too-young') {
    throw new UsageError(
      `${optionOf[plan.age]} must be at least ${minAgeDays}d: callbacks may come again for a day ` +
        'from Sinch, and for a week from rejected recheck, and only stored rows show that they did',
    );
  }
  refuseUnderSchedule(plan, (await session.readSettings()).retention, now);
  const { before, guardsBefore, outboundBefore } = plan;
  const { counts, failures } = await session.withDatabase(async (database): Promise<Pruned> => {
    await agreedTime(database, io.now);
    if (dryRun) return { counts: await countToPrune(database, plan), failures: [] };
    return await prune(database, plan);
  }, retentionLimits);
  const { events, deadLetters, guards, outbound } = counts;
  const befores = { before, guardsBefore, ...(outboundBefore && { outboundBefore }) };
  const rows = { events, deadLetters, guards, outbound };
  terminal.document({ dryRun, ...befores, ...rows, ...failedSteps(failures) });
  const what = `${counted(events, 'event')} and ${counted(deadLetters, 'dead letter')}`;
  const done = dryRun ? 'would be removed' : 'removed';
  terminal.print(`${what} from before ${showInstant(before)} ${done}`);
  terminal.print(`${counted(guards, 'guard')} from before ${showInstant(guardsBefore)} ${done}`);
  if (outboundBefore !== undefined) {
    const messages = counted(outbound, 'outbound message');
    terminal.print(`${messages} from before ${showInstant(outboundBefore)} ${done}`);
  }
  if (dryRun) terminal.note('dry run: nothing is changed');
  return reportFailedSteps(terminal, failures) ? exitCodes.failed : exitCodes.ok;
}

const dayMs = 86_400_000;

/**
 * Refuses to remove what the worker's schedule keeps: guards, for example, without which doubles
 * would be applied again.
 * @throws UsageError.
 */
function refuseUnderSchedule(
  { before, guardsBefore, outboundBefore }: PruneCutoffs,
  { eventDays, guardDays, tableDays }: Settings['retention'],
  now: Date,
): void {
  const forGood = eventDays === undefined ? undefined : Number.POSITIVE_INFINITY;
  const kept = [
    ['RETENTION_DAYS', before, eventDays],
    ['GUARD_DAYS', guardsBefore, guardDays ?? forGood],
    ['RETENTION_PROJECTIONS_DAYS', outboundBefore, tableDays.outbound],
  ] as const;
  for (const [name, cutoff, days] of kept) {
    if (cutoff === undefined || days === undefined) continue;
    if (now.getTime() - cutoff.getTime() >= days * dayMs) continue;
    const howLong = Number.isFinite(days) ? `${days} days` : 'for good, since it is empty';
    throw new UsageError(
      `${name} says to keep for longer what would be removed (${howLong}). The worker removes by ` +
        'the variables; --schedule does it now',
    );
  }
}
