import { on, Skip } from '@sinch-callbacks/handlers';

/** A handler that writes to a table of its own, for a test that tries it. */
export const handlers = [
  on('stop-word', 'MESSAGE_INBOUND', async (event, ctx) => {
    const identity = event.body.channel_identity?.identity;
    if (identity === undefined) throw new Skip('no identity');
    await ctx.commit(async (tx) => {
      await tx.$executeRaw`INSERT INTO customer_stop (identity, since) VALUES (${identity}, now())`;
    });
  }),
];
