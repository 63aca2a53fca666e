import { CommanderError } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { failureOf } from './failure.ts';
import { buildProgram } from './program.ts';
import { createHost } from './session.ts';
import { type CommandIo, openTerminal } from './terminal/terminal.ts';

/**
 * Runs `callbacks` with these arguments to its end. Foreseen failures become a message and an
 * exit code; with `--json`, also a document `{"error": {"code", "message"}}`.
 * @throws unforeseen errors.
 */
export async function run(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const host = createHost(io);
  const terminal = openTerminal(io, args.includes('--json'));
  try {
    await buildProgram(host, io).parseAsync(args, { from: 'user' });
    return host.exitCode();
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed its message already.
      if (error.exitCode === 0) return exitCodes.ok;
      const message =
        error.code === 'commander.help' ? 'a command is missing' : withoutPrefix(error.message);
      terminal.document({ error: { code: 'usage', message } });
      return exitCodes.usage;
    }
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    const { code, message, exitCode } = failure;
    io.stderr.write(`error: ${message}\n`);
    terminal.document({ error: { code, message } });
    return exitCode;
  }
}

function withoutPrefix(message: string): string {
  return message.replace(/^error: /, '');
}
