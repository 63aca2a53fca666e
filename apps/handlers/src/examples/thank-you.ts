import { messageContent } from '@sinch-callbacks/core';
import { on, Skip } from '@sinch-callbacks/handlers';

const dayMs = 86_400_000;

/**
 * Answers each text. The answer is queued in the transaction that settles the task, so that a person
 * has one, however often the callback comes and whenever a process ends.
 */
export const thankYou = on(
  'thank-you',
  'MESSAGE_INBOUND',
  async (event, ctx) => {
    const content = messageContent(event);
    if (content.kind !== 'text') throw new Skip(`a message of kind ${content.kind}`);
    const { channel, identity } = event.body.channel_identity ?? {};
    if (channel === undefined || identity === undefined) throw new Skip('no one to answer');
    const contact = await ctx.contact();
    const message = `Thank you, ${contact?.displayName ?? 'stranger'}, for the message.`;
    await ctx.commit(async () => {
      const reply = await ctx.send('reply', { to: { channel, identity }, message });
      if (reply.kind === 'opted-out') throw new Skip('the person has opted out');
    });
  },
  // One reply at a time to a person; after a day a thank-you would only confuse.
  { order: 'conversation', maxAge: dayMs },
);
