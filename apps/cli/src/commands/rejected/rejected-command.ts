import type { Command } from 'commander';
import { wholeNumber } from '../../options/option-parsers.ts';
import type { Host } from '../../session.ts';
import { type ListOptions, listRejected } from './list-rejected.ts';
import { type RecheckOptions, recheckRejected } from './recheck-rejected.ts';
import { type ShowOptions, showRejected } from './show-rejected.ts';

const maxPage = 10_000;
const defaultPage = 50;

const causesHelp = `
Why callbacks are rejected:
  signature-mismatch           another secret signed it, or something changed the body
  missing-signature-headers    the webhook has no secret, or it is not from Sinch
  malformed-signature-headers  not from Sinch
  unsupported-algorithm        not from Sinch
  future-timestamp             ingest's clock is behind, where SINCH_REPLAY_POLICY is reject
  stale-timestamp              an old one, where SINCH_REPLAY_POLICY is reject
`;

/** `callbacks rejected …` */
export function addRejectedCommand(program: Command, host: Host): void {
  const rejected = program
    .command('rejected')
    .summary('list and recheck callbacks that failed verification')
    .description(
      'Callbacks that were answered 401 are kept for a week, as many as there is room for. Sinch ' +
        'does not send them again: once the secret is right, recheck them.',
    )
    .addHelpText('after', causesHelp);
  addList(rejected, host);
  addShow(rejected, host);
  addRecheck(rejected, host);
}

const listHelp = `
Nothing of a body is shown. Ends with 0 whether there are some or not.

With --json: {total, callbacks: [{id, cause, receivedAt, bodyBytes, isBodyKept, timestamp, nonce}],
next}, where next is what --after takes, or null.

Examples:
  $ callbacks rejected list
  $ callbacks rejected list --json | jq --raw-output '.callbacks[].cause' | sort | uniq --count
`;

function addList(rejected: Command, host: Host): void {
  rejected
    .command('list')
    .description('List rejected callbacks as they came, the oldest first, a page at a time.')
    .option('--limit <n>', 'how many', wholeNumber(1, maxPage), defaultPage)
    .option('--after <id>', 'the page after this id')
    .addHelpText('after', listHelp)
    .action(async (options: ListOptions, command: Command) => {
      await host.run(command, (session) => listRejected(session, options));
    });
}

const showHelp = `
Ends with 1 when no rejected callback has this id.
`;

function addShow(rejected: Command, host: Host): void {
  rejected
    .command('show')
    .description('Show one rejected callback with its signature headers.')
    .argument('<id>', 'its id')
    .option('--body', 'show the body too; it may hold personal data, and anybody may have sent it')
    .addHelpText('after', showHelp)
    .action(async (id: string, options: ShowOptions, command: Command) => {
      await host.run(command, (session) => showRejected(session, id, options));
    });
}

const recheckHelp = `
Judges by the signature alone, with every secret in SINCH_WEBHOOK_SECRET: these callbacks are old
by now, and that is no fault of theirs. What passes is queued as if it had just come and leaves
the store; the rest stays. Cut off in the middle, run it again: no event is applied twice.

Ends with 0 when it came through, whatever still does not pass.

With --json: {callbacks: [{id, receivedAt, outcome, eventKey or cause}], counts, dryRun, error},
also when it was cut off by a failure.

Examples:
  $ callbacks rejected recheck --dry-run
  $ callbacks rejected recheck
`;

function addRecheck(rejected: Command, host: Host): void {
  rejected
    .command('recheck')
    .summary("verify them again with today's secrets, and queue those that pass")
    .description("Verify rejected callbacks again with today's secrets; queue those that pass.")
    .option('--dry-run', 'only say which would be queued; nothing is changed')
    .addHelpText('after', recheckHelp)
    .action(async (options: RecheckOptions, command: Command) => {
      await host.run(command, (session) => recheckRejected(session, options));
    });
}
