import type { Database } from '@sinch-callbacks/db';
import type { HandlerTransaction } from '../api/handler-context.ts';

/** A statement that a tried handler sent. */
export interface RecordedStatement {
  /** SQL with `$1`, `$2` …, or the call of a model such as `message.update`. */
  readonly text: string;
  readonly values: readonly unknown[];
}

type Prisma = Database['prisma'];

/**
 * Wraps a transaction so that each statement is recorded, and passed on if there is a transaction.
 * Without one, a read finds no row; a raw write reports one row, and a model's `…Many` none.
 */
export function recordStatements(
  tx: HandlerTransaction | undefined,
  record: (statement: RecordedStatement) => void,
): Prisma {
  const methods: Readonly<Record<string, unknown>> = {
    $transaction: async (work: unknown) =>
      typeof work === 'function'
        ? ((await Reflect.apply(work, undefined, [proxy])) as unknown)
        : await Promise.all(work as readonly unknown[]),
    $executeRaw: tagged('$executeRaw', 1),
    $queryRaw: tagged('$queryRaw', []),
    $executeRawUnsafe: plain('$executeRawUnsafe', 1),
    $queryRawUnsafe: plain('$queryRawUnsafe', []),
  };

  function tagged(name: keyof HandlerTransaction, without: unknown) {
    return async (query: TemplateStringsArray | SqlObject, ...values: unknown[]) => {
      const { strings, given } =
        'raw' in query
          ? { strings: query, given: values }
          : { strings: query.strings, given: query.values };
      record({ text: numbered(strings), values: given });
      return await passOn(name, [query, ...values], without);
    };
  }

  function plain(name: keyof HandlerTransaction, without: unknown) {
    return async (text: string, ...values: unknown[]) => {
      record({ text, values });
      return await passOn(name, [text, ...values], without);
    };
  }

  async function passOn(
    name: keyof HandlerTransaction,
    given: readonly unknown[],
    without: unknown,
  ): Promise<unknown> {
    if (tx === undefined) return without;
    return await (Reflect.apply(tx[name] as () => unknown, tx, given) as unknown);
  }

  function model(name: string): unknown {
    return new Proxy(
      {},
      {
        get: (_, method) => async (query: unknown) => {
          record({ text: `${name}.${String(method)}`, values: [query] });
          if (tx === undefined) return emptyResult(String(method));
          const target = Reflect.get(tx, name) as object;
          return await (Reflect.apply(Reflect.get(target, method) as () => unknown, target, [
            query,
          ]) as unknown);
        },
      },
    );
  }

  const proxy = new Proxy({} as Prisma, {
    get: (_, name) => {
      // A promise would have it; awaiting the proxy must not.
      if (typeof name === 'symbol' || name === 'then') return undefined;
      return methods[name] ?? model(name);
    },
  });
  return proxy;
}

/** Returns a fresh result of a model's method in a database without rows. */
function emptyResult(method: string): unknown {
  switch (method) {
    case 'findMany':
    case 'groupBy':
    case 'createManyAndReturn':
    case 'updateManyAndReturn':
      return [];
    case 'createMany':
    case 'updateMany':
    case 'deleteMany':
      return { count: 0 };
    case 'count':
      return 0;
    default:
      return null;
  }
}

/** The object that Prisma.sql makes. */
interface SqlObject {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
}

function numbered(parts: readonly string[]): string {
  return parts
    .map((part, index) => (index === 0 ? part : `$${index}${part}`))
    .join('')
    .trim();
}
