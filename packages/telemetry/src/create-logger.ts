import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import { redactFields, redactText } from './redact.ts';

/** A logger without `child`, since pino does not redact a child's bindings. */
export type Logger = Pick<PinoLogger, 'fatal' | 'error' | 'warn' | 'info' | 'debug'>;

export interface LoggerOptions {
  /** The app that logs. */
  readonly name: string;
  readonly level: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  /** The destination of the lines; standard output when absent. */
  readonly destination?: DestinationStream;
}

/**
 * Opens a logger that writes one JSON object a line.
 *
 * It redacts every line: fields named like a secret, a body or a phone number, passwords in URLs,
 * numbers that look like phone numbers, and all fields of errors but type, code, message, stack and
 * cause. This is a second line of defence: payloads must not be logged in the first place.
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
    // `redactFields` has made errors plain; pino's own serializer would copy their fields.
    serializers: { err: (error: unknown) => error, msg: redactText },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Makes pino's time field, once for all lines of a millisecond: under load there are ten. */
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
