import { ConfigError } from '@sinch-callbacks/config';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { webAddress } from '../../options/option-parsers.ts';
import type { Host, Session } from '../../session.ts';
import { describeOrigins } from '../../settings/read-settings.ts';
import { type Check, failure, reportChecks } from './check.ts';
import { checkSinch } from './check-sinch.ts';
import { runChecks } from './run-checks.ts';

interface DoctorOptions {
  readonly ingestUrl?: string;
  readonly adminUrl?: string;
}

const help = `
Reads only, changes nothing, and shows no secret. Exits 0 when nothing failed, also with warnings,
and 1 when something failed.

With --json: {status, checks: [{name, status, message, advice}]}.

Examples:
  $ callbacks doctor
  $ callbacks doctor --ingest-url https://example.com --admin-url http://127.0.0.1:3001
  $ callbacks doctor --json | jq '.checks[] | select(.status != "ok")'
`;

/** `callbacks doctor` */
export function addDoctorCommand(program: Command, host: Host): void {
  program
    .command('doctor')
    .summary('check that everything is set up so that nothing is lost')
    .description(
      'Check variables, the queue server (version, eviction, append-only file, memory), ' +
        'Postgres and its migrations, the health of ingest and worker, and, where the SINCH_ ' +
        'variables are set, the app and its webhook at Sinch; say what to do.',
    )
    .option('--ingest-url <address>', "ingest (default: the running stack's)", webAddress)
    .option('--admin-url <address>', "a worker's admin address (default: the same)", webAddress)
    .addHelpText('after', help)
    .action(async (options: DoctorOptions, command: Command) => {
      await host.run(command, (session) => examine(session, options));
    });
}

async function examine(session: Session, options: DoctorOptions): Promise<ExitCode> {
  const { terminal } = session;
  const checks = await findChecks(session, options);
  reportChecks(checks, terminal);
  return checks.some(({ status }) => status === 'failure') ? exitCodes.failed : exitCodes.ok;
}

async function findChecks(session: Session, options: DoctorOptions): Promise<readonly Check[]> {
  try {
    const settings = await session.readSettings();
    const { secret, databaseUrl: database, queue } = settings;
    const origins = describeOrigins({ secret, database, queue });
    if (origins !== '') session.terminal.note(origins);
    const ingestUrl = options.ingestUrl ?? settings.ingestUrl?.value;
    const adminUrl = options.adminUrl ?? settings.adminUrl?.value;
    const sinch = await session.readSinch();
    const atSinch = checkSinch(sinch, settings.secrets, ingestUrl, session.io.sinchTimings);
    const [checks, sinchChecks] = await Promise.all([
      runChecks(settings, { ingestUrl, adminUrl }),
      atSinch,
    ]);
    return [...checks, ...sinchChecks];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [failure('variables', error.message, 'Correct them (see .env.example), and run again.')];
  }
}
