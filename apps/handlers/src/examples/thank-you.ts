import { messageContent } from '@sinch-callbacks/core';
import { on, Skip } from '@sinch-callbacks/handlers';

const dayMs = 86_400_000;

/** Answers the first words of each person. It logs that it would reply, until there is a way to send. */
export const thankYou = on(
  'thank-you',
  'MESSAGE_INBOUND',
  async (event, ctx) => {
    const content = messageContent(event);
    if (content.kind !== 'text') throw new Skip(`a message of kind ${content.kind}`);
    const consent = await ctx.consent();
    if (consent?.state === 'OPTED_OUT') throw new Skip('the person has opted out');
    const contact = await ctx.contact();
    const name = contact?.displayName ?? 'stranger';
    const reply = `Thank you, ${name}, for the message.`;
    // Not the reply itself: a log is no place for a name.
    ctx.log.info({ length: reply.length }, 'would reply');
  },
  // One reply at a time to a person; after a day a thank-you would only confuse.
  { order: 'conversation', maxAge: dayMs },
);
