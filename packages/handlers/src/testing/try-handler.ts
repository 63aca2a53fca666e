import { randomUUID } from 'node:crypto';
import { occurrenceOf } from '@sinch-callbacks/core';
import type { Database, ErasureKeys } from '@sinch-callbacks/db';
import type { HandlerContext, HandlerLog, HandlerTransaction } from '../api/handler-context.ts';
import type { HandlerEvent } from '../api/handler-event.ts';
import type { Handler } from '../api/on.ts';
import {
  type HandlerMessage,
  type HandlerSend,
  messageKey,
  queueHandlerMessage,
} from '../api/send-message.ts';
import { type JoinedRows, joinedRowsOf } from '../runner/joined-rows.ts';
import { resultOf, TimedOut } from '../runner/run-result.ts';
import { readTestEvent } from './read-test-event.ts';
import { type RecordedStatement, recordStatements } from './record-statements.ts';

export interface TryOptions {
  /** A real database to read from. What the handler writes to it is undone. */
  readonly database?: Pick<Database, 'prisma'>;
  /** Find the opt-outs of people who were erased from that database. */
  readonly erasureKeys?: ErasureKeys | undefined;
  /** Rows for `ctx.message()` and the like, where there is no database. */
  readonly rows?: { readonly [R in keyof JoinedRows]?: Awaited<ReturnType<JoinedRows[R]>> };
  readonly attempt?: number;
  readonly isReplay?: boolean;
  readonly signal?: AbortSignal;
}

/** The end of a run that was only tried. */
export interface TriedRun {
  readonly outcome: 'done' | 'committed' | 'skipped' | 'paused' | 'gave-up' | 'retry-at' | 'failed';
  /** The error of the handler, or the reason of a `Skip` or `Pause`. */
  readonly error?: string;
  readonly retryAt?: Date;
  /** Statements of `ctx.commit` and `ctx.prisma`, none of which is kept. */
  readonly statements: readonly RecordedStatement[];
  /** Messages of `ctx.send`, none of which is sent. */
  readonly sends: readonly TriedSend[];
  readonly log: readonly TriedLogLine[];
}

/** A message that a tried handler queued. */
export interface TriedSend {
  readonly name: string;
  readonly message: HandlerMessage;
  readonly outcome: HandlerSend['kind'];
}

export interface TriedLogLine {
  readonly level: keyof HandlerLog;
  readonly facts: object;
  readonly message: string;
}

/** The most that a tried run takes, whatever the handler's own timeout. */
const triedWithinMs = 60_000;
/** Longer, so that the run ends first and the transaction is undone in order. */
const transactionTimeoutMs = 70_000;

/** Undoes everything that a tried run has written. */
class Undo extends Error {}

/**
 * Runs a handler on an event, here and once. Nothing that it writes to the database is kept; what
 * it sends elsewhere is sent, but for messages of `ctx.send`. `ctx.key` is of the event, and never
 * that of its real run. Without a database, statements are recorded and change no row.
 * @param given an event, or the body of a callback.
 */
export async function tryHandler(
  handler: Handler,
  given: HandlerEvent | object | string,
  options: TryOptions = {},
): Promise<TriedRun> {
  const { database } = options;
  const event = isHandlerEvent(given) ? given : readTestEvent(given);
  if (!handler.triggers.includes(event.trigger)) {
    throw new TypeError(`handler "${handler.name}" is not for ${event.trigger}`);
  }
  if (database === undefined) return await run(handler, event, options, undefined);
  let tried: TriedRun | undefined;
  const undone = database.prisma.$transaction(
    async (tx) => {
      tried = await run(handler, event, options, tx);
      throw new Undo();
    },
    { timeout: transactionTimeoutMs },
  );
  await undone.catch((error: unknown) => {
    if (!(error instanceof Undo)) throw error;
  });
  if (tried === undefined) throw new Error('the transaction ended before the handler');
  return tried;
}

function isHandlerEvent(given: object | string): given is HandlerEvent {
  return typeof given === 'object' && 'eventKey' in given;
}

async function run(
  handler: Handler,
  event: HandlerEvent,
  options: TryOptions,
  tx: HandlerTransaction | undefined,
): Promise<TriedRun> {
  const statements: RecordedStatement[] = [];
  const sends: TriedSend[] = [];
  const log: TriedLogLine[] = [];
  const recorded = recordStatements(tx, (statement) => statements.push(statement));
  const deadline = startDeadline(Math.min(handler.options.timeout, triedWithinMs));
  const signals = [deadline.signal, ...(options.signal === undefined ? [] : [options.signal])];
  const signal = AbortSignal.any(signals);
  let isCommitted = false;
  const key = `${handler.name}.${occurrenceOf(event, Buffer.from(event.rawBody).toString())}.tried`;
  const ctx: HandlerContext = {
    key,
    attempt: options.attempt ?? 1,
    isReplay: options.isReplay ?? false,
    signal,
    log: logInto(log),
    prisma: recorded,
    async commit(work) {
      if (isCommitted) throw new TypeError('ctx.commit may be called once');
      const result = await work(recorded);
      isCommitted = true;
      return result;
    },
    async send(name, message) {
      const messageId = messageKey(key, name);
      const sent = await (tx === undefined
        ? sendByRows(messageId, message, options)
        : queueHandlerMessage(tx, messageId, event, message, options.erasureKeys));
      sends.push({ name, message, outcome: sent.kind });
      return sent;
    },
    ...(tx === undefined
      ? givenRows(options)
      : joinedRowsOf({ prisma: recorded }, event, options.erasureKeys)),
  };
  try {
    await Promise.race([handler.run(event, ctx), deadline.passed]);
    return { outcome: isCommitted ? 'committed' : 'done', statements, sends, log };
  } catch (error) {
    return { ...outcomeOf(error, signal), statements, sends, log };
  } finally {
    deadline.clear();
  }
}

interface Deadline {
  /** Aborts when the time is over. */
  readonly signal: AbortSignal;
  /** Rejects then: the handler may not heed the signal. */
  readonly passed: Promise<never>;
  clear(): void;
}

function startDeadline(timeoutMs: number): Deadline {
  const controller = new AbortController();
  const { promise: passed, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new TimedOut(timeoutMs);
    controller.abort(error);
    reject(error);
  }, timeoutMs);
  return { signal: controller.signal, passed, clear: () => clearTimeout(timer) };
}

function outcomeOf(
  error: unknown,
  signal: AbortSignal,
): Pick<TriedRun, 'outcome' | 'error' | 'retryAt'> {
  const result = resultOf(error, signal, undefined);
  switch (result.kind) {
    case 'skipped':
      return { outcome: 'skipped', error: result.reason };
    case 'paused':
      return { outcome: 'paused', error: result.reason };
    case 'retry-at':
      return { outcome: 'retry-at', error: result.message, retryAt: result.at };
    case 'gave-up':
      return { outcome: 'gave-up', error: result.message };
    case 'failed':
    case 'timed-out':
      return { outcome: 'failed', error: result.message };
    case 'done':
    case 'committed':
    case 'database-down':
    case 'not-run':
    case 'stopped':
    case 'lost':
      return { outcome: 'failed', error: String(error) };
  }
}

function givenRows({ rows = {} }: TryOptions): JoinedRows {
  return {
    message: async () => rows.message,
    conversation: async () => rows.conversation,
    contact: async () => rows.contact,
    consent: async () => rows.consent,
  };
}

/** Answers a message without a database, by the consent among the rows of the options. */
function sendByRows(
  key: string,
  { allowOptedOut = false }: HandlerMessage,
  { rows = {} }: TryOptions,
): HandlerSend {
  const isForbidden = rows.consent?.state === 'OPTED_OUT' && !allowOptedOut;
  if (isForbidden) return { kind: 'opted-out', optOuts: [] };
  return { kind: 'queued', message: { id: randomUUID(), key } };
}

function logInto(lines: TriedLogLine[]): HandlerLog {
  const at = (level: keyof HandlerLog) => (facts: object, message: string) => {
    lines.push({ level, facts, message });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
