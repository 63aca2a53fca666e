import { subjectOf } from '@sinch-callbacks/core';
import { on } from '@sinch-callbacks/handlers';

/** An error as an HTTP client throws it, with the request that failed. */
function requestError(body: unknown): Error {
  return Object.assign(new Error(`the CRM answered 500 to ${JSON.stringify(body)}`), {
    config: {
      headers: { authorization: `Bearer ${process.env['SINCH_ACCESS_SECRET']}` },
      data: body,
    },
  });
}

/** Code that fails in the ways in which such code fails, and quotes what it was given. */
export const handlers = [
  on(
    'quotes-the-body',
    'all',
    (event, ctx) => {
      const { identity } = subjectOf(event);
      ctx.log.info({ body: event.raw, phone: identity }, `received from ${identity}`);
      void Promise.reject(requestError(event.raw));
      throw requestError(event.raw);
    },
    { attempts: 1 },
  ),
  on(
    'breaks-a-rule',
    'MESSAGE_INBOUND',
    async (event, ctx) => {
      await ctx.commit(async (tx) => {
        await tx.$executeRaw`SELECT ${JSON.stringify(event.raw)}::integer`;
      });
    },
    { attempts: 1 },
  ),
];
