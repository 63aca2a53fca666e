import { parseHandlersConfig, readConfig } from '@sinch-callbacks/config';
import { createErasureKeys, openDatabase } from '@sinch-callbacks/db';
import { serveParent } from '@sinch-callbacks/handlers';
import { createLogger, processFailed } from '@sinch-callbacks/telemetry';

/**
 * The process that runs the user's code. Its parent starts it with the address of the module that
 * exports `handlers`.
 */
const [handlersUrl = ''] = process.argv.slice(2);
const { databaseUrl, erasureKey, logLevel, poolSize } = readConfig(parseHandlersConfig);
const log = createLogger({ name: 'handlers', level: logLevel });
const database = openDatabase({ url: databaseUrl, poolSize });
const erasureKeys = erasureKey === undefined ? undefined : createErasureKeys(erasureKey);

process.once('uncaughtException', (error) => {
  processFailed(log, error);
  process.exit(1);
});

async function loadHandlers(): Promise<unknown> {
  const module = (await import(handlersUrl)) as { readonly handlers?: unknown };
  return module.handlers;
}

await serveParent(loadHandlers, { database, log, erasureKeys });
