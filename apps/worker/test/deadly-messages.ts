/**
 * Preloaded into a worker, this makes some events deadly: reading the body of one ends the
 * process, of another blocks its event loop for good, as a bug or a crashing native module would.
 */
const parse = JSON.parse;

JSON.parse = (text: string, ...rest: [(this: unknown, key: string, value: unknown) => unknown]) => {
  const value: unknown = parse(text, ...rest);
  switch (messageIdOf(value)) {
    case '01KILLER':
      process.kill(process.pid, 'SIGKILL');
      break;
    case '01BLOCKER':
      for (;;);
  }
  return value;
};

function messageIdOf(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return undefined;
  const report: unknown = Reflect.get(body, 'message_delivery_report');
  if (typeof report !== 'object' || report === null) return undefined;
  return Reflect.get(report, 'message_id');
}
