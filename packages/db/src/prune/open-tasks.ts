/**
 * Digests of events that a task of a handler still needs: one that waits, or is dead. Each part has
 * a partial index of its own, so settled tasks are not read. It is joined and not asked for with
 * IN, since there may be millions.
 */
export const openTasks = `(
SELECT event_digest FROM handler_task WHERE state = 'WAITING' AND retry_at IS NULL
UNION
SELECT event_digest FROM handler_task WHERE state = 'WAITING' AND retry_at IS NOT NULL
UNION
SELECT event_digest FROM handler_task WHERE state = 'DEAD'
) AS open_task`;
