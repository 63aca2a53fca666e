export interface SerializedError {
  readonly type: string;
  readonly code?: string | number;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: SerializedError | string;
  readonly errors?: readonly (SerializedError | string)[];
}

const maxCauses = 5;
const maxErrors = 10;

/**
 * An error as plain data: type, code, message, stack, cause and the errors it gathers, no more.
 *
 * Libraries hang on their errors what must not be logged: ioredis the command with a job's whole
 * data, pg the row that broke a constraint, an HTTP client its request.
 * Every text goes through `redactText`.
 */
export function serializeError(
  error: Error,
  redactText: (text: string) => string,
  depth = 0,
): SerializedError {
  const describe = (thrown: unknown) => {
    if (!(thrown instanceof Error)) return redactText(String(thrown));
    if (depth >= maxCauses) return redactText(thrown.message);
    return serializeError(thrown, redactText, depth + 1);
  };
  const code = codeOf(error);
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    message: redactText(error.message),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: describe(error.cause) }),
    ...(error instanceof AggregateError
      ? { errors: error.errors.slice(0, maxErrors).map(describe) }
      : {}),
  };
}

function codeOf(error: Error): string | number | undefined {
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? code : undefined;
}
