import {
  type Handler,
  type HandlerFunction,
  type HandlerOptions,
  on,
  type TriggerChoice,
} from '@sinch-callbacks/handlers';
import { simulatedAccount } from '../sinch/simulated-account.ts';

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

/** Makes a handler that inserts one row by `ctx.commit`, and perhaps queues a reply with it. */
function insertingHandler(name: string, triggers: TriggerChoice, options: HandlerOptions): Handler {
  const insertRow: HandlerFunction = async ({ trigger }, ctx) => {
    if (ctx.attempt === 1 && failsAtFirst(ctx.key)) throw new Error('a planned failure');
    await ctx.commit(async (tx) => {
      await tx.$executeRaw`
        INSERT INTO chaos_handler_row (handler, key, trigger)
        VALUES (${name}, ${ctx.key}, ${trigger})`;
      if (replyKeyOf({ handler: name, key: ctx.key, trigger }) === undefined) return;
      const { appId } = simulatedAccount;
      const to = `SMS:+1556${ctx.key.replaceAll(/\D/g, '').slice(-7).padStart(7, '0')}` as const;
      await ctx.send(replyName, { appId, to, message: 'Thank you', allowOptedOut: true });
    });
  };
  return on(name, triggers, insertRow, options);
}

const replyName = 'reply';

/** Returns the key of the reply that a task queues: one inbound message in 8 gets one. */
export function replyKeyOf({ handler, key, trigger }: ReplyingTask): string | undefined {
  const isAnswered = handler === 'chaos-messages' && trigger === 'MESSAGE_INBOUND';
  if (!isAnswered || Number.parseInt(key.slice(-2), 16) % 8 !== 0) return undefined;
  return `${key}.${replyName}`;
}

interface ReplyingTask {
  readonly handler: string;
  readonly key: string;
  readonly trigger: string;
}

/** Chooses one task in 32, by the last digits of its key, for a failure at its first run. */
export function failsAtFirst(key: string): boolean {
  return Number.parseInt(key.slice(-2), 16) % 32 === 0;
}
