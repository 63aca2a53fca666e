import { createEventWriter } from '../../src/index.ts';
import { allRows, emptyTables, eventOf, type MigratedDatabase, toWrite } from '../support.ts';

export type Rows = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/**
 * Writes the bodies in every order, one by one and all at once, and passes the rows to `check`.
 * They were received in the order in which they are given here, a second apart.
 *
 * It repeats everything with several digests, since a digest decides where no other rule does: a
 * rule must not seem to hold because of one.
 */
export async function inEveryOrder(
  { database }: MigratedDatabase,
  bodies: readonly (object | string)[],
  check: (rows: Rows, salt: number) => void | Promise<void>,
): Promise<void> {
  const writer = createEventWriter(database, () => new Date());
  for (let salt = 0; salt < (bodies.length > 2 ? 2 : 5); salt += 1) {
    const events = bodies.map((body, index) =>
      toWrite(eventOf(salted(body, salt), `2026-01-02T03:05:0${index}.000Z`)),
    );
    for (const order of permutations(events)) {
      for (const batches of [order.map((event) => [event]), [order]]) {
        await emptyTables(database);
        const outcomes = [];
        for (const batch of batches) outcomes.push(...(await writer.write(batch)));
        const failed = outcomes.find(({ kind }) => kind === 'failed');
        if (failed?.kind === 'failed') throw new Error(failed.message);
        await check((await allRows(database)) as Rows, salt);
      }
    }
  }
}

/** Changes the digest of a body. A text only gets spaces at its end. */
function salted(body: object | string, salt: number): object | string {
  return typeof body === 'string' ? body + ' '.repeat(salt) : { ...body, salt };
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

export const at = (second: number) => `2026-01-02T03:04:0${second}Z`;

/** Makes a delivery report of the message `m`. */
export function report(status: string, second: number | undefined, fields: object = {}) {
  return {
    ...(second === undefined ? {} : { event_time: at(second) }),
    message_delivery_report: { message_id: 'm', status, ...fields },
  };
}

export const on = (channel: string) => ({ channel_identity: { channel, identity: '15555550100' } });

/** Makes the value under `message`, of the message `m`. */
export const inbound = (text: string, fields: object = {}) => ({
  id: 'm',
  contact_message: { text_message: { text } },
  accept_time: at(1),
  ...fields,
});
