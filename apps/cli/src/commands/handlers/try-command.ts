import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { KnownTrigger } from '@sinch-callbacks/core';
import { rawBodyBytes } from '@sinch-callbacks/core';
import type { Database } from '@sinch-callbacks/db';
import { type Handler, type HandlerEvent, isHandlerList } from '@sinch-callbacks/handlers';
import { readTestEvent, tryHandler } from '@sinch-callbacks/handlers/testing';
import { sampleCallback } from '@sinch-callbacks/simulator';
import type { Command } from 'commander';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { UsageError } from '../../failure.ts';
import { knownTrigger } from '../../options/option-parsers.ts';
import type { Host, Session } from '../../session.ts';
import { erasureKeysOf } from '../../settings/erasure-keys-of.ts';
import { oneLine, plainText } from '../../terminal/format.ts';
import { findOneEvent } from './find-one-event.ts';
import { plainRun, triedLines } from './tried-lines.ts';

interface TryOptions {
  readonly event?: string;
  readonly sample?: KnownTrigger;
  readonly file: string;
}

const defaultFile = 'apps/handlers/src/handlers/index.ts';

const tryHelp = `
Runs the handler here and once. What it writes with ctx.commit and ctx.prisma is shown and undone.
Messages of ctx.send are shown and not sent. What it sends to other systems is sent: forward() and
its own requests really reach them.
It has a minute. Its ctx.key ends in .tried, and differs for each event.

Exits 0 when it returned, committed or skipped, else 1.

With --json: {handler, outcome, error, retryAt, statements: [{text, values}],
sends: [{name, message, outcome}], log}.

Examples:
  $ callbacks handlers try thank-you --sample MESSAGE_INBOUND
  $ callbacks handlers try crm-sync --event MESSAGE_INBOUND.01JD….9f86d0…
`;

/** `callbacks handlers try` */
export function addTry(handlers: Command, host: Host): void {
  handlers
    .command('try')
    .summary('run a handler here, on a stored event or a sample, and undo what it writes')
    .description('Run a handler here and once, and show what it would write.')
    .argument('<handler>', 'its name')
    .option('--event <key>', 'the event, by its key')
    .option('--sample <trigger>', 'an invented event of this trigger', knownTrigger)
    .option('--file <path>', 'the module that exports the handlers', defaultFile)
    .addHelpText('after', tryHelp)
    .action(async (name: string, options: TryOptions, command: Command) => {
      await host.run(command, (session) => tryOne(session, name, options));
    });
}

async function tryOne(session: Session, name: string, options: TryOptions): Promise<ExitCode> {
  const handler = await loadHandler(name, options.file);
  const erasureKeys = erasureKeysOf(await session.readSettings());
  const tried = await session.withDatabase(async (database) =>
    tryHandler(handler, await chooseEvent(database, options, handler), { database, erasureKeys }),
  );
  const { terminal } = session;
  terminal.document({ handler: name, ...plainRun(tried) });
  for (const line of triedLines(tried)) terminal.print(line);
  const isFine = ['done', 'committed', 'skipped'].includes(tried.outcome);
  return isFine ? exitCodes.ok : exitCodes.failed;
}

/** @throws UsageError when the file cannot be loaded, or has no such handler. */
async function loadHandler(name: string, file: string): Promise<Handler> {
  const module = await load(path.resolve(file));
  if (!isHandlerList(module.handlers)) {
    throw new UsageError(`${file} exports no \`handlers\`, an array of what on() returns`);
  }
  const found = module.handlers.find((handler) => handler.name === name);
  if (found !== undefined) return found;
  const names = module.handlers.map((handler) => handler.name).join(', ');
  throw new UsageError(`${file} has no handler "${oneLine(name)}"; it has ${names || 'none'}`);
}

/** @throws UsageError with the error of the user's file, whatever it is. */
async function load(file: string): Promise<{ readonly handlers?: unknown }> {
  try {
    return (await import(pathToFileURL(file).href)) as { readonly handlers?: unknown };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new UsageError(`${file} cannot be loaded (--file names another): ${plainText(reason)}`);
  }
}

/** @throws UsageError when no event is chosen, or none is found. */
async function chooseEvent(
  database: Database,
  { event: key, sample }: TryOptions,
  handler: Handler,
): Promise<HandlerEvent> {
  if ((key === undefined) === (sample === undefined)) {
    throw new UsageError('say which event: --event <key> or --sample <trigger>');
  }
  if (key !== undefined) {
    const event = await findOneEvent(database, key);
    if (event === undefined) throw new UsageError('no stored event has this key');
    const body = Buffer.from(rawBodyBytes(event.rawBody)).toString();
    return readTestEvent(body, new Date(event.receivedAt));
  }
  const trigger = sample ?? handler.triggers[0] ?? 'MESSAGE_INBOUND';
  return readTestEvent(sampleCallback(trigger, { seed: randomUUID() }));
}
