/** Redis takes no writes: a replica, out of memory, a full disk, or still loading. */
const refusals = /\b(?:READONLY|OOM|MISCONF|LOADING|NOREPLICAS|MASTERDOWN|CLUSTERDOWN)\b/;
const brokenConnection =
  /ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|Connection (?:is closed|terminated)|Socket timeout|Query read timeout|timeout exceeded when trying to connect|Failed to refresh slots cache|Too many Cluster redirections|None of startup nodes is available|Cluster is ended/;
/** Postgres: connection, read-only, resources, shutting down or starting up, I/O. */
const unusableSqlStates = /^(?:08|25006|53|57|58)/;

/** Whether an error says that the queue's server cannot be used now, whatever is asked of it. */
export function isUnavailable(error: Error): boolean {
  const code: unknown = Reflect.get(error, 'code');
  if (typeof code === 'string' && unusableSqlStates.test(code)) return true;
  return refusals.test(error.message) || brokenConnection.test(`${String(code)} ${error.message}`);
}
