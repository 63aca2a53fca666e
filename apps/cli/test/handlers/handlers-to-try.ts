import { on, Skip } from '@sinch-callbacks/handlers';

const hourMs = 3_600_000;

/** Handlers for tests that try them. The first writes to a table of its own. */
export const handlers = [
  on('stop-word', 'MESSAGE_INBOUND', async (event, ctx) => {
    const identity = event.body.channel_identity?.identity;
    if (identity === undefined) throw new Skip('no identity');
    await ctx.commit(async (tx) => {
      await tx.$executeRaw`INSERT INTO customer_stop (identity, since) VALUES (${identity}, now())`;
    });
  }),
  // It never returns, and keeps its process alive.
  on(
    'hang',
    'MESSAGE_INBOUND',
    async () => {
      await new Promise(() => {
        setInterval(() => undefined, hourMs);
      });
    },
    { timeout: 50 },
  ),
];
