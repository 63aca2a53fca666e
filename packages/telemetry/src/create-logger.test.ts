import { describe, expect, it } from 'vitest';
import { createLogger, type Logger } from './create-logger.ts';

/** Runs `log` against a real logger and returns the lines it wrote. */
function linesOf(log: (logger: Logger) => void): string[] {
  const lines: string[] = [];
  log(
    createLogger({
      name: 'test',
      level: 'info',
      destination: { write: (line) => lines.push(line) },
    }),
  );
  return lines;
}

function lineOf(log: (logger: Logger) => void): string {
  return linesOf(log).join('');
}

describe('createLogger', () => {
  it('writes one JSON object a line, with a level and an instant that people can read', () => {
    const [line = ''] = linesOf((logger) => logger.warn({ status: 401 }, 'callback received'));
    expect(line.endsWith('}\n')).toBe(true);
    expect(JSON.parse(line)).toMatchObject({
      name: 'test',
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      status: 401,
      msg: 'callback received',
    });
  });

  it('stays silent below its level', () => {
    expect(linesOf((logger) => logger.debug('x'))).toEqual([]);
  });

  it.each([
    { authorization: 'hunter2' },
    { headers: { Authorization: 'Bearer hunter2', cookie: 'hunter2' } },
    { 'set-cookie': ['hunter2'] },
    { webhookSecret: 'hunter2' },
    { secrets: ['hunter2'] },
    { a: { b: { c: { password: 'hunter2' } } } },
    { list: [{ accessToken: 'hunter2' }] },
    { accessKeyId: 'hunter2' },
    { event: { rawBody: { encoding: 'utf8', text: 'hunter2' } } },
    { payload: { text: 'hunter2' } },
    { bytes: Buffer.from('hunter2') },
    { channel_identity: { identity: 'hunter2' } },
    { url: 'redis://:hunter2@cache.example:6379' },
    { url: new URL('postgres://sinch:hunter2@db.example/sinch') },
    { url: 'postgres://sinch:hun@ter2hunter2@db.example/sinch' },
    { a: { b: { c: { d: { e: { f: 'hunter2' } } } } } },
  ])('never shows the secret of %j', (fields) => {
    const line = lineOf((logger) => logger.info(fields, 'message'));
    expect(line).toContain('message');
    expect(line).not.toContain('hunter2');
    expect(line).not.toContain(Buffer.from('hunter2').join());
  });

  it('redacts the message of an error', () => {
    const error = new Error('connect ECONNREFUSED redis://:hunter2@cache.example:6379');
    const line = lineOf((logger) => logger.error(error));
    expect(line).not.toContain('hunter2');
    expect(line).toContain('redis://[redacted]@cache.example:6379');
  });

  it.each(['+46701234567', '46701234567', 'to 46701234567.', '"+46701234567"'])(
    'never shows the phone number in %s',
    (text) => {
      const line = lineOf((logger) => logger.error({ err: new Error(text), text }, text));
      expect(line).not.toContain('46701234567');
    },
  );

  it('keeps what operators search for', () => {
    const facts = {
      eventKey: `MESSAGE_DELIVERY.01HXYZ0123456789ABCDEFGHJK.${'0123456789abcdef'.repeat(4)}`,
      projectId: '00000000-0000-0000-0000-000000000001',
      secretPosition: 1,
      stale: false,
      durationMs: 12.5,
      receivedAt: '2026-11-23T18:05:53.123Z',
      adminPort: 3001,
    };
    expect(JSON.parse(lineOf((logger) => logger.info(facts, 'x')))).toMatchObject(facts);
  });
});

describe('an error', () => {
  it('keeps its type, code, message, stack and causes', () => {
    const cause = Object.assign(new RangeError('inner'), { code: 'E_INNER' });
    const error = new AggregateError([new Error('one'), 'two'], 'outer', { cause });
    const line = lineOf((logger) => logger.error({ err: error }, 'x'));
    expect(JSON.parse(line)).toMatchObject({
      err: {
        type: 'AggregateError',
        message: 'outer',
        stack: expect.stringContaining('create-logger.test.ts'),
        cause: { type: 'RangeError', code: 'E_INNER', message: 'inner' },
        errors: [{ message: 'one' }, 'two'],
      },
    });
  });

  it('loses every field that a library added to it', () => {
    const error = Object.assign(new Error('ReplyError'), {
      command: { name: 'evalsha', args: ['{"rawBody":"hunter2"}'] },
      detail: 'Key (identity)=(hunter2) already exists.',
      config: { connectionString: 'hunter2' },
    });
    const line = lineOf((logger) => logger.error({ err: error, nested: { error } }, 'x'));
    expect(line).not.toContain('hunter2');
  });

  it('is logged without an endless loop when it is its own cause', () => {
    const error = new Error('loop');
    error.cause = error;
    expect(lineOf((logger) => logger.error({ err: error }, 'x'))).toContain('loop');
  });
});
