import { complaintHeard, type Logger } from '@sinch-callbacks/telemetry';

type Complain = (...said: readonly unknown[]) => void;

/**
 * Makes one redacted log line of whatever is complained of on the console. Next prints there what
 * was thrown or rejected and never caught, with all that a library hung on it: ioredis, for
 * one, the command with an event's whole body.
 */
export function redactConsole(
  logger: Logger,
  target: { error: Complain; warn: Complain } = console,
): void {
  const complain: Complain = (...said) => {
    const text = said.filter((part) => typeof part === 'string').join(' ');
    complaintHeard(logger, { text, error: said.find((part) => part instanceof Error) });
  };
  target.error = complain;
  target.warn = complain;
}
