import { GiveUp, on, RetryAt } from '@sinch-callbacks/handlers';

/**
 * Tells a CRM who wrote and who opted out. The CRM drops what it has had, by the idempotency key.
 */
export function crmSync(url: string) {
  return on(
    'crm-sync',
    ['MESSAGE_INBOUND', 'OPT_OUT'],
    async (event, ctx) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': ctx.key },
        body: JSON.stringify({ what: event.trigger, contact: event.body.contact_id }),
        // Ends the request at the timeout, and when the process stops.
        signal: ctx.signal,
      });
      await response.body?.cancel();
      if (response.ok) return;
      if (response.status === 400) throw new GiveUp('the CRM refuses this for good');
      const seconds = Number(response.headers.get('retry-after'));
      if (seconds > 0) throw new RetryAt(new Date(Date.now() + seconds * 1000), 'the CRM is busy');
      throw new Error(`the CRM answered ${response.status}`);
    },
    { order: 'strict', timeout: 10_000, attempts: 12 },
  );
}
