import { ConfigError, type ConfigResult, type SinchApiConfig } from '@sinch-callbacks/config';
import { type Database, whileAvailable } from '@sinch-callbacks/db';
import type { LetterTools, RejectedCalls } from '@sinch-callbacks/operations';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import {
  type DatabaseLimits,
  requireDatabase,
  requireQueue,
  withDatabase,
  withLetterTools,
  withRejected,
} from './settings/open-servers.ts';
import { type OpenSinch, readSinch, withSinchApi } from './settings/open-sinch.ts';
import {
  describeOrigins,
  environmentName,
  type Given,
  readSettings,
  type Settings,
} from './settings/read-settings.ts';
import { readStackFile } from './settings/stack-file.ts';
import { type CommandIo, openTerminal, type Terminal } from './terminal/terminal.ts';

/** The options that every command takes. */
interface GlobalOptions {
  readonly json?: true;
  readonly stack?: string | false;
}

/**
 * One run of a command: its streams, its settings and its servers. Each `with…` notes where the
 * addresses are from, and opens the servers for the time of `use`.
 * @throws ConfigError or UsageError when settings are malformed or missing.
 */
export interface Session {
  readonly io: CommandIo;
  readonly terminal: Terminal;
  readonly readSettings: () => Promise<Settings>;
  readonly withDatabase: <T>(
    use: (database: Database) => Promise<T>,
    limits?: DatabaseLimits,
  ) => Promise<T>;
  /** Opens the database and the replay lane. */
  readonly withLetterTools: <T>(use: (tools: LetterTools) => Promise<T>) => Promise<T>;
  /** Opens the store of rejected callbacks. */
  readonly withRejected: <T>(use: (rejected: RejectedCalls) => Promise<T>) => Promise<T>;
  /** Reads the variables of Sinch's API, or what is wrong with them. */
  readonly readSinch: () => Promise<ConfigResult<Given<SinchApiConfig>>>;
  /** Opens a client of Sinch's API. A request without an answer has failed after `timeoutMs`. */
  readonly withSinchApi: <T>(
    timeoutMs: number,
    use: (sinch: OpenSinch) => Promise<T>,
  ) => Promise<T>;
}

/** Runs the actions of commands, and holds the exit code of the last one. */
export interface Host {
  run(command: Command, action: (session: Session) => Promise<ExitCode>): Promise<void>;
  exitCode(): ExitCode;
}

export function createHost(io: CommandIo): Host {
  let exitCode: ExitCode = exitCodes.ok;
  return {
    async run(command, action) {
      const { json = false, stack } = command.optsWithGlobals<GlobalOptions>();
      exitCode = await action(openSession(io, json, stack));
    },
    exitCode: () => exitCode,
  };
}

function openSession(io: CommandIo, isJson: boolean, stack: string | false | undefined): Session {
  const terminal = openTerminal(io, isJson);
  const read = () => readSettings(stack, io.environment);
  const readApi = async () => readSinch(await readStackFile(stack), io.environment);
  const note = (origins: Parameters<typeof describeOrigins>[0]) =>
    terminal.note(describeOrigins(origins));
  return {
    io,
    terminal,
    readSettings: read,
    readSinch: readApi,
    async withDatabase(use, limits) {
      const database = requireDatabase(await read());
      note({ database });
      return await withDatabase(database.value, (opened) => asForeseen(() => use(opened)), limits);
    },
    async withLetterTools(use) {
      const settings = await read();
      note({ database: requireDatabase(settings), queue: requireQueue(settings) });
      return await withLetterTools(settings, use);
    },
    async withRejected(use) {
      const settings = await read();
      note({ queue: requireQueue(settings) });
      return await withRejected(settings, use);
    },
    async withSinchApi(timeoutMs, use) {
      const sinch = await readApi();
      if (sinch.kind === 'invalid') throw new ConfigError(sinch.message);
      const { value, from } = sinch.config;
      if (from !== environmentName) note({ 'the local Sinch API': sinch.config });
      const timings = { requestMs: timeoutMs, ...io.sinchTimings };
      return await withSinchApi(value, timings, use);
    },
  };
}

/**
 * Turns the driver's error about a database that is down, or has no tables yet, into a foreseen one.
 * @throws a foreseen error as it is: its text may quote a refused connection to something else.
 */
async function asForeseen<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (failureOf(error) !== undefined) throw error;
    return await whileAvailable(async () => {
      throw error;
    });
  }
}

/** Reports an expected negative result, for people and for programs. */
export function reportProblem({ io, terminal }: Session, code: string, message: string): ExitCode {
  terminal.document({ error: { code, message } });
  io.stderr.write(`error: ${message}\n`);
  return exitCodes.failed;
}

/** A report that is written item by item. */
interface GrowingReport {
  /** @param facts further members of the JSON document. */
  end(facts: Readonly<Record<string, unknown>>): void;
  /** Returns all counts in one line. */
  summary(): string;
}

/**
 * Ends a report that a failure cut off, so that its JSON document is whole.
 * @param before a line before the error message.
 * @throws the error itself, if it is unforeseen.
 */
export function endAfterFailure(
  { io, terminal }: Session,
  error: unknown,
  report: GrowingReport,
  { dryRun, before }: { readonly dryRun?: boolean; readonly before: (summary: string) => string },
): ExitCode {
  const failure = failureOf(error);
  const { code, message } = failure ?? { code: 'unexpected', message: String(error) };
  report.end({ dryRun, error: { code, message } });
  if (failure === undefined) throw error;
  terminal.note(before(report.summary()));
  io.stderr.write(`error: ${message}\n`);
  return failure.exitCode;
}
