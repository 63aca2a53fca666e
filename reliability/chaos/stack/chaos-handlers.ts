import {
  type Handler,
  type HandlerFunction,
  type HandlerOptions,
  on,
  type TriggerChoice,
} from '@sinch-callbacks/handlers';

/** The handlers of the stack under test. The rows that they insert show how often each task ran. */
export const handlers: readonly Handler[] = [
  insertingHandler('chaos-all', 'all', { order: 'none' }),
  insertingHandler('chaos-messages', ['MESSAGE_INBOUND', 'MESSAGE_DELIVERY'], {
    order: 'conversation',
  }),
];

/** Creates the table of those rows. It has no unique key, so that a second row shows. */
export const createRowTable =
  'CREATE TABLE chaos_handler_row (handler text NOT NULL, key text NOT NULL, trigger text NOT NULL)';

/** Makes a handler that inserts one row by `ctx.commit`, and does nothing else. */
function insertingHandler(name: string, triggers: TriggerChoice, options: HandlerOptions): Handler {
  const insertRow: HandlerFunction = async ({ trigger }, ctx) => {
    if (ctx.attempt === 1 && failsAtFirst(ctx.key)) throw new Error('a planned failure');
    await ctx.commit(async (tx) => {
      await tx.$executeRaw`
        INSERT INTO chaos_handler_row (handler, key, trigger)
        VALUES (${name}, ${ctx.key}, ${trigger})`;
    });
  };
  return on(name, triggers, insertRow, options);
}

/** Chooses one task in 32, by the last digits of its key, for a failure at its first run. */
export function failsAtFirst(key: string): boolean {
  return Number.parseInt(key.slice(-2), 16) % 32 === 0;
}
