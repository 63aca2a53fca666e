import { type CallbackEvent, decideEvent, receive, signCallback } from '@sinch-callbacks/core';
import { createEventWriter, openDatabase, recordDeadLetter } from '@sinch-callbacks/db';

/** An acknowledged body, with the time at which its stored event was received. */
export interface AcknowledgedBody {
  readonly body: string;
  readonly receivedAt: string;
}

const batchSize = 200;
const secret = 'reference-secret';

/**
 * Writes the rows of a run without faults: the same bodies, through the same rules and the same
 * writer, into a database of their own.
 */
export async function writeReference(
  databaseUrl: string,
  bodies: readonly AcknowledgedBody[],
): Promise<void> {
  const database = openDatabase({ url: databaseUrl });
  const now = () => new Date();
  const writer = createEventWriter(database, now);
  try {
    const decided = bodies.map((body) => {
      const event = receiveBody(body);
      return { event, decision: decideEvent(event) };
    });
    const toWrite = decided.flatMap(({ event, decision }) =>
      decision.kind === 'refuse' ? [] : [{ event, decision, attempts: 1 }],
    );
    for (let from = 0; from < toWrite.length; from += batchSize) {
      const outcomes = await writer.write(toWrite.slice(from, from + batchSize));
      const failed = outcomes.find(({ kind }) => kind === 'failed');
      if (failed?.kind === 'failed') throw new Error(`The reference failed: ${failed.message}`);
    }
    for (const { event, decision } of decided) {
      if (decision.kind === 'refuse') await deadLetter(event, String(decision.reason));
    }
  } finally {
    await database.close();
  }

  async function deadLetter(event: CallbackEvent, message: string): Promise<void> {
    const at = now().toISOString();
    const attempt = { replay: 0, attempt: 1, at, errorClass: 'permanent', message };
    await recordDeadLetter(database, {
      event,
      replay: 0,
      errorClass: 'permanent',
      errorMessage: message,
      stack: undefined,
      attempts: [attempt],
      deadAt: now(),
    });
  }
}

/** Makes an event of a body, as ingest does. */
function receiveBody({ body, receivedAt }: AcknowledgedBody): CallbackEvent {
  const rawBody = Buffer.from(body);
  const at = new Date(receivedAt);
  const timestampSeconds = Math.floor(at.getTime() / 1_000);
  const headers: Record<string, string> = {
    ...signCallback({ rawBody, secret, nonce: 'reference', timestampSeconds }),
  };
  const readHeader = (name: string) => headers[name];
  const outcome = receive(
    { rawBody, readHeader, receivedAt: at },
    { secrets: [secret], timestampToleranceSeconds: 300, replayPolicy: 'absorb' },
  );
  if (outcome.kind !== 'verified')
    throw new Error(`The reference was not verified: ${outcome.kind}`);
  return outcome.event;
}
