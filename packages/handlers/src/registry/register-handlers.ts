import type { Database } from '@sinch-callbacks/db';
import type { Handler } from '../api/on.ts';

/** A handler as the registry has it: what other processes need of it. */
export type DeclaredHandler = Pick<Handler, 'name' | 'triggers'> & {
  readonly order: Handler['options']['order'];
  readonly key: Handler['options']['key'];
};

/** Longer than between two signs of life. */
const longestSilenceMs = 30_000;

/**
 * New names are active from now. Triggers that a handler had not before are looked through again,
 * like those of a new one: since the last sign of life, because a process of an older release may
 * have registered fewer meanwhile. A retired handler stays retired.
 */
const register = `
INSERT INTO handler AS h (name, triggers, "order", key_source, active_from, gap_from, seen_at)
SELECT d.name, string_to_array(d.triggers, ','), upper(d.ordering)::handler_order,
  upper(d.source)::handler_key_source, now(), date_trunc('milliseconds', now()), now()
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
  AS d(name, triggers, ordering, source)
ORDER BY d.name
ON CONFLICT (name) DO UPDATE SET triggers = excluded.triggers, "order" = excluded."order",
  key_source = excluded.key_source, seen_at = now(),
  gap_from = CASE WHEN excluded.triggers <@ h.triggers THEN h.gap_from
    ELSE least(h.gap_from, date_trunc('milliseconds',
      greatest(h.seen_at, now() - ${longestSilenceMs} * interval '1 millisecond'))) END`;

/**
 * Enters the handlers of a process into the registry. Workers read it once a second, and from then
 * on make tasks for them. Repeated, it is a sign of life.
 * @throws pg's error.
 */
export async function registerHandlers(
  { pool }: Pick<Database, 'pool'>,
  handlers: readonly DeclaredHandler[],
): Promise<void> {
  if (handlers.length === 0) return;
  await pool.query(register, [
    handlers.map(({ name }) => name),
    handlers.map(({ triggers }) => triggers.join()),
    handlers.map(({ order }) => order),
    handlers.map(({ key }) => key),
  ]);
}
