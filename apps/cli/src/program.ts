import { styleText } from 'node:util';
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { addConsentCommand } from './commands/consent.ts';
import { addDeadCommand } from './commands/dead/dead-command.ts';
import { addDoctorCommand } from './commands/doctor/doctor-command.ts';
import { addEraseCommand } from './commands/erase.ts';
import { addEventCommand } from './commands/event/event-command.ts';
import { addFindCommand } from './commands/find.ts';
import { addForwardCommand } from './commands/forward/forward-command.ts';
import { addHandlersCommand } from './commands/handlers/handlers-command.ts';
import { addLoadCommand } from './commands/load/load-command.ts';
import { addMessageCommand } from './commands/message/message-command.ts';
import { addMessagesCommand } from './commands/messages/messages-command.ts';
import { addOutboundCommand } from './commands/outbound/outbound-command.ts';
import { addPruneCommand } from './commands/prune.ts';
import { addReconcileCommand } from './commands/reconcile/reconcile-command.ts';
import { addRejectedCommand } from './commands/rejected/rejected-command.ts';
import { addRequeueCommand } from './commands/requeue.ts';
import { addSendCommand } from './commands/send/send-command.ts';
import { addSinchCommand } from './commands/sinch/sinch-command.ts';
import { addUnhandledCommand } from './commands/unhandled.ts';
import { addWebhooksCommand } from './commands/webhooks/webhooks-command.ts';
import type { Host } from './session.ts';
import type { CommandIo } from './terminal/terminal.ts';

const afterHelp = `
Settings come from the environment (see .env.example). What it does not give comes from
.dev/stack.json, which \`npm start\` keeps while it runs; database and queue always come from the
same place. A line on stderr says which was used.

Exit codes:
  0  done
  1  something failed, or a fault was found
  2  wrong use, or a setting is missing or malformed
  3  the database, the queue or Sinch cannot be reached
  4  nothing is known (consent)

Examples:
  $ callbacks send MESSAGE_DELIVERY            a signed sample to the running stack
  $ callbacks sinch --messages 200             realistic traffic, delivered by Sinch's rules
  $ callbacks load --rate 500 --report load.html  latencies, and that nothing is lost
  $ callbacks messages send --to SMS:+15551234567 --text Hello   a message, sent once
  $ callbacks outbound list --state UNCERTAIN  messages that a person must settle
  $ callbacks message 01JD…                    how a message stands, and every report of it
  $ callbacks find +46701234567                every message of a number, id or metadata
  $ callbacks consent +46701234567             may I write to this number, and why?
  $ callbacks event 9f86d081                   where an event is now
  $ callbacks dead groups --since 2h           what died lately, and why
  $ callbacks dead replay --all --wait         try every dead letter again
  $ callbacks handlers list                    your own code: what waits, what is dead
  $ callbacks rejected recheck                 after a wrong secret was corrected
  $ callbacks reconcile --since 6h             after an outage: what was missed, as far as Sinch knows
  $ callbacks webhooks sync --target https://…  the webhook at Sinch, as it should be
  $ callbacks doctor                           is everything set up so that nothing is lost?
`;

/** Builds the command line. It throws CommanderError where commander would exit. */
export function buildProgram(host: Host, io: CommandIo): Command {
  const program = new Command('callbacks')
    .description('Operate the callbacks that Sinch sends: try, repair, check.')
    .version(manifest.version)
    .option('--json', 'print one JSON document on stdout')
    .option('--stack <file>', 'read this file instead of .dev/stack.json')
    .option('--no-stack', 'take settings from the environment alone')
    .exitOverride()
    .showHelpAfterError('(--help shows the options and examples)')
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .configureHelp({
      showGlobalOptions: true,
      // Commander removes the colours where the terminal shows none.
      styleTitle: (title) => styleText('bold', title, { validateStream: false }),
    })
    .addHelpText('after', afterHelp);
  addSendCommand(program, host, io.now);
  addSinchCommand(program, host);
  addLoadCommand(program, host);
  addFindCommand(program, host);
  addMessageCommand(program, host);
  addMessagesCommand(program, host);
  addOutboundCommand(program, host);
  addEventCommand(program, host);
  addConsentCommand(program, host);
  addDeadCommand(program, host, io.now);
  addHandlersCommand(program, host, io.now);
  addForwardCommand(program, host, io.now);
  addUnhandledCommand(program, host);
  addRejectedCommand(program, host);
  addReconcileCommand(program, host, io.now);
  addRequeueCommand(program, host);
  addPruneCommand(program, host);
  addEraseCommand(program, host);
  addWebhooksCommand(program, host);
  addDoctorCommand(program, host);
  return program;
}
