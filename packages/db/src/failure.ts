import pg from 'pg';

/**
 * The class of a failure. `transient`: a retry may help. `permanent`: the event causes it, and no
 * retry can help. `blocked`: another session holds a lock that it needs, for any time.
 * `infrastructure`: the database is down or not ready. `blocked` and `infrastructure` cost an event
 * no attempt.
 */
export type FailureClass = 'transient' | 'permanent' | 'blocked' | 'infrastructure';

/** The class of a failure that concerns events and not the whole database. */
export type EventFailureClass = Exclude<FailureClass, 'infrastructure'>;

/** Prefixes of SQLSTATE codes (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const classBySqlState: readonly (readonly [prefix: string, failureClass: FailureClass])[] = [
  ['08', 'infrastructure'], // connection
  ['25006', 'infrastructure'], // read-only: a standby after a failover
  ['25P03', 'infrastructure'], // idle in transaction: this process was suspended in the middle
  ['28', 'infrastructure'], // authorization
  ['3D', 'infrastructure'], // no such database
  ['42P01', 'infrastructure'], // undefined table: migrations are missing
  ['42703', 'infrastructure'], // undefined column: likewise
  ['42501', 'infrastructure'], // not granted
  ['3F000', 'infrastructure'], // no such schema: as for a table
  ['53', 'infrastructure'], // out of disk, memory, connections or a configured limit
  ['57014', 'transient'], // statement timeout
  ['57', 'infrastructure'], // shutting down, starting up
  ['58', 'infrastructure'], // I/O
  ['XX000', 'infrastructure'], // internal: also from hosted poolers that cannot serve a query
  ['40', 'transient'], // serialization failure, deadlock
  ['55P03', 'blocked'], // lock not available
  ['55', 'transient'], // object in use, not in the right state
  ['22', 'permanent'], // data exception
  ['23', 'permanent'], // constraint violation
  ['54', 'permanent'], // nested too deep, too many columns
  ['P0', 'permanent'], // raised by a trigger or function
];

/** Failures of the driver that carry no Postgres code because no server was reached. */
const unreachableKinds = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TlsConnectionError',
  'TooManyConnections',
]);

/** Prisma's codes for: unreachable, timed out, closed, pool exhausted, transaction not started. */
const unreachablePrismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028']);

/** Node's socket errors and pg's own texts, which carry no code at all. */
const connectionTrouble =
  /ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|Client was closed/;

/** The database has a list of erased people, and this process has no ERASURE_KEY to read it. */
export class MissingErasureKeyError extends Error {
  override readonly name = 'MissingErasureKeyError';
  constructor() {
    super(
      'people were erased here, and this process has no ERASURE_KEY: set the key that erased them',
    );
  }
}

/** The list of erased people was made with another ERASURE_KEY, which this one cannot read. */
export class WrongErasureKeyError extends Error {
  override readonly name = 'WrongErasureKeyError';
  readonly code = 'wrong-erasure-key';
  /**
   * @param place where the other key was used.
   * @param keyId the id of the key that it needs; no secret.
   */
  constructor(place: string, keyId: string) {
    super(
      `this is not the ERASURE_KEY that erased people ${place}: set that one, whose id is ${keyId}, ` +
        'or lift its erasures with it, where it was a mistake (docs/privacy.md)',
    );
  }
}

/** Another run of the same erasure began it again, or has finished it. */
export class ErasureTakenOverError extends Error {
  override readonly name = 'ErasureTakenOverError';
  readonly code = 'erasure-taken-over';

  constructor() {
    super('another run has taken this erasure over: wait for it, or run the same command again');
  }
}

/** An error of a transaction that began and did not end in its time. One with less to do may. */
export class SlowTransactionError extends Error {
  readonly code = 'SLOW_TRANSACTION';

  constructor(cause?: unknown) {
    super('the transaction took too long', { cause });
    this.name = 'SlowTransactionError';
  }
}

/** A transaction of a writer that does not end, and that something had to wait for. */
export class OpenTransactionError extends Error {
  override readonly name = 'OpenTransactionError';
  readonly code = 'open-transaction';

  constructor(pid: number, application: string, waitedMs: number) {
    super(
      `a transaction of a writer does not end: Postgres' process ${pid} (${application || 'no name'}), ` +
        `waited for over ${Math.round(waitedMs / 1000)} s. End it with pg_terminate_backend(${pid})`,
    );
  }
}

/**
 * Checks for a transaction timeout. Prisma uses P2028 both for a transaction that never began and
 * for one that ran out of time.
 */
export function isTransactionTimeout(error: unknown): boolean {
  return factsOfError(error).code === 'P2028';
}

/**
 * Checks for a statement or a transaction that took longer than it may. One with less to do may
 * not.
 */
export function isStatementTimeout(error: unknown): boolean {
  return error instanceof SlowTransactionError || factsOfError(error).sqlState === '57014';
}

/**
 * Checks for a conflict, after which the same statements may succeed. One such conflict is not an
 * SQLSTATE of class 40: a row waited for the default partition while a partition of its own was
 * made, so the default one refuses it.
 */
export function isConflict(error: unknown): boolean {
  const { sqlState, table } = factsOfError(error);
  if (sqlState === '23514') return table === 'callback_event_default';
  return sqlState?.startsWith('40') ?? false;
}

/** Checks for a unique key that another transaction took first. */
export function isTakenKey(error: unknown): boolean {
  return factsOfError(error).sqlState === '23505';
}

/**
 * Checks for a prepared statement that is missing on this connection, or exists already: a pooler
 * in between switches server sessions.
 */
export function isLostStatement(error: unknown): boolean {
  const { sqlState } = factsOfError(error);
  return sqlState === '26000' || sqlState === '42P05';
}

/** Classifies an error of a query. An unknown error counts as transient. */
export function classifyFailure(error: unknown): FailureClass {
  if (error instanceof SlowTransactionError) return 'transient';
  // The events wait for the setting, and lose no attempt.
  if (error instanceof MissingErasureKeyError || error instanceof WrongErasureKeyError) {
    return 'infrastructure';
  }
  const { sqlState, kind, code, message } = factsOfError(error);
  if (sqlState !== undefined) {
    const known = classBySqlState.find(([prefix]) => sqlState.startsWith(prefix));
    return known?.[1] ?? 'transient';
  }
  if (kind !== undefined && unreachableKinds.has(kind)) return 'infrastructure';
  if (code !== undefined && unreachablePrismaCodes.has(code)) return 'infrastructure';
  return connectionTrouble.test(`${code} ${message}`) ? 'infrastructure' : 'transient';
}

/** SQLSTATE prefixes of a server that is stopping, starting, read-only or out of resources. */
const unavailableSqlStates = ['08', '25006', '28', '3D', '53', '57', '58'] as const;

/**
 * Checks for an error that the statement itself cannot cause: the server was not reached, the
 * connection ended, or the server takes no work now. Narrower than `infrastructure`, which includes
 * a missing table: a statement of the user's own may be wrong.
 */
export function isUnavailable(error: unknown): boolean {
  if (classifyFailure(error) !== 'infrastructure') return false;
  const { sqlState } = factsOfError(error);
  if (sqlState === undefined) return true;
  return unavailableSqlStates.some((prefix) => sqlState.startsWith(prefix));
}

/**
 * An error that means that the database cannot be used now. Wait and retry; no event causes it.
 */
export class DatabaseUnavailableError extends Error {
  readonly code = 'DATABASE_UNAVAILABLE';

  constructor(cause: unknown) {
    super(`the database cannot be used: ${describeFailure(cause)}`, { cause });
    this.name = 'DatabaseUnavailableError';
  }
}

/**
 * Runs queries and distinguishes a database that is down from a query that failed.
 * @throws DatabaseUnavailableError for the former; the error of `queries` for the latter.
 */
export async function whileAvailable<T>(queries: () => Promise<T>): Promise<T> {
  try {
    return await queries();
  } catch (error) {
    if (classifyFailure(error) === 'infrastructure') throw new DatabaseUnavailableError(error);
    throw error;
  }
}

/**
 * Describes a failure in one line for people: the Postgres code and message where there are any.
 */
export function describeFailure(error: unknown): string {
  const { sqlState, message } = factsOfError(error);
  return sqlState === undefined ? message : `${message} (SQLSTATE ${sqlState})`;
}

interface ErrorFacts {
  readonly sqlState: string | undefined;
  readonly kind: string | undefined;
  /** The code of Prisma, or of Node for a socket. */
  readonly code: string | undefined;
  /** The table whose constraint was violated. Only the driver reports it. */
  readonly table?: string | undefined;
  readonly message: string;
}

/**
 * Reads the facts of an error from either source. The writer's errors come from the driver. Prisma
 * wraps those of a query, with Postgres' error in `meta.driverAdapterError.cause`. An error at the
 * begin or commit of its transactions comes unwrapped from its adapter.
 */
function factsOfError(error: unknown): ErrorFacts {
  if (error instanceof pg.DatabaseError) {
    const { code: sqlState, table, message } = error;
    return { sqlState, kind: undefined, code: undefined, table, message };
  }
  const isBare = member(error, 'name') === 'DriverAdapterError';
  const driverError = isBare ? error : member(member(error, 'meta'), 'driverAdapterError');
  const cause = member(driverError, 'cause');
  return {
    sqlState: asText(member(cause, 'originalCode')),
    kind: asText(member(cause, 'kind')),
    code: asText(member(error, 'code')),
    message:
      asText(member(cause, 'originalMessage')) ??
      asText(member(cause, 'kind')) ??
      asText(member(error, 'message')) ??
      String(error),
  };
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
