import { messageContent } from '@sinch-callbacks/core';
import { on, Skip } from '@sinch-callbacks/handlers';

const stopWords = new Set(['stop', 'unsubscribe', 'end', 'quit']);

/**
 * Notes in a table of one's own who wrote STOP:
 *
 *     CREATE TABLE customer_stop (identity text PRIMARY KEY, since timestamptz NOT NULL);
 *
 * The row and the end of the task are one transaction, so the row is written exactly once.
 */
export const stopWord = on('stop-word', 'MESSAGE_INBOUND', async (event, ctx) => {
  const content = messageContent(event);
  const isStop = content.kind === 'text' && stopWords.has(content.text.trim().toLowerCase());
  const identity = event.body.channel_identity?.identity;
  if (!isStop || identity === undefined) throw new Skip('no STOP');
  await ctx.commit(async (tx) => {
    await tx.$executeRaw`
      INSERT INTO customer_stop (identity, since) VALUES (${identity}, ${event.receivedAt}::timestamptz)
      ON CONFLICT (identity) DO NOTHING`;
  });
});
