import { complaintHeard, type Logger } from '@sinch-callbacks/telemetry';

type Print = (...values: readonly unknown[]) => void;

/**
 * Turns each error and warning on the console into one redacted log line. Next prints uncaught
 * errors there, with all the fields that a library added to them: ioredis, for example, adds the
 * command, which holds an event's whole body.
 */
export function redactConsole(
  logger: Logger,
  target: { error: Print; warn: Print } = console,
): void {
  const print: Print = (...values) => {
    const text = values.filter((part) => typeof part === 'string').join(' ');
    complaintHeard(logger, { text, error: values.find((part) => part instanceof Error) });
  };
  target.error = print;
  target.warn = print;
}
