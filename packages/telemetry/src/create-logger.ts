import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { redactFields, redactText } from './redact.ts';

/** Without `child`: pino writes a child's bindings past the redaction. */
export type Logger = Pick<PinoLogger, 'fatal' | 'error' | 'warn' | 'info' | 'debug'>;

export interface LoggerOptions {
  /** The app that speaks. */
  readonly name: string;
  readonly level: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** Where the lines go; standard output unless told. */
  readonly destination?: DestinationStream;
}

/**
 * Opens a logger that writes one JSON object a line.
 *
 * Everything that passes through it is redacted: fields named like a secret, a body or a phone
 * number, passwords in URLs, numbers that look like a phone's, and whatever errors carry beyond
 * their type, code, message, stack and cause. That is a net under the code that logs; it does not
 * make it right to log a payload.
 */
export function createLogger({ name, level, destination }: LoggerOptions): Logger {
  const options = {
    name,
    level,
    timestamp: isoTime(),
    formatters: {
      level: (label: string) => ({ level: label }),
      bindings: redactFields,
      log: redactFields,
    },
    // Errors are already plain when they come here; pino's own serializer would copy their fields.
    serializers: { err: (error: unknown) => error, msg: redactText },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** As pino's own, but made once for all lines of a millisecond, of which there are ten in a flood. */
function isoTime(): () => string {
  let at = Number.NaN;
  let text = '';
  return () => {
    const now = Date.now();
    if (now === at) return text;
    at = now;
    text = `,"time":"${new Date(now).toISOString()}"`;
    return text;
  };
}
