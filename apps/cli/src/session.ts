import type { Command } from 'commander';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { readSettings, type Settings } from './settings/read-settings.ts';
import { openTerminal, type Terminal } from './terminal.ts';
import type { World } from './world.ts';

/** Options that every command takes. */
interface GlobalOptions {
  readonly json?: true;
  readonly stack?: string | false;
}

/** One command's run: where it writes and what it is set up with. */
export interface Session {
  readonly world: World;
  readonly terminal: Terminal;
  /** @throws ConfigError or UsageError when the settings cannot be read. */
  readSettings(): Promise<Settings>;
}

/** Runs commands' actions, and keeps how the last one ended. */
export interface Host {
  run(command: Command, action: (session: Session) => Promise<ExitCode>): Promise<void>;
  exitCode(): ExitCode;
}

export function createHost(world: World): Host {
  let exitCode: ExitCode = exitCodes.ok;
  return {
    async run(command, action) {
      const { json = false, stack } = command.optsWithGlobals<GlobalOptions>();
      exitCode = await action({
        world,
        terminal: openTerminal(world, json),
        readSettings: () => readSettings(stack, world.environment),
      });
    },
    exitCode: () => exitCode,
  };
}
