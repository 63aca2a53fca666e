import { createHash } from 'node:crypto';
import {
  createSender,
  drawInteger,
  pick,
  pickWeighted,
  type Random,
} from '@sinch-callbacks/simulator';
import { generateBody } from './generate-body.ts';
import {
  generateBrokenLines,
  generateHarmlessLines,
  generateOddRequestLine,
  webhookTargets,
} from './generate-head.ts';

export interface FuzzRequest {
  readonly kind: RequestKind;
  /** Pieces to send one after the other, with a turn of the event loop between them. */
  readonly pieces: readonly Buffer[];
  /** The action after the last piece: wait, end the sending, or reset the connection. */
  readonly ending: 'wait' | 'end' | 'reset';
  /** The number of answers, which must all be 200; `undefined` when none may be 200. */
  readonly accepted: number | undefined;
  /** Digests of the bodies in it that are validly signed. */
  readonly signed: readonly string[];
}

export type RequestKind = keyof typeof weights;

const weights = {
  signed: 26,
  signedInChunks: 12,
  pipelined: 3,
  forged: 18,
  unsigned: 14,
  doubledHeader: 4,
  oddRequestLine: 8,
  brokenHead: 5,
  brokenChunks: 4,
  cutOff: 4,
  tooLarge: 2,
};

export interface Secrets {
  readonly current: string;
  readonly previous: string;
}

/** Generates the request of this number; its bytes follow from seed and number, and the time. */
export function generateRequest(random: Random, n: number, secrets: Secrets): FuzzRequest {
  const kind = pickWeighted(random, weights);
  const body = generateBody(random, n);
  const sign = (secret = pick(random, [secrets.current, secrets.previous])) =>
    signatureLines(body, secret, `01FUZZ${n}`);
  const head = (...lines: readonly string[]) =>
    headOf(
      `POST ${pick(random, webhookTargets)} HTTP/1.1`,
      ...generateHarmlessLines(random),
      ...lines,
    );
  const length = `content-length: ${body.length}`;
  const close = 'connection: close';
  const good = (...pieces: Buffer[]): FuzzRequest => {
    const signed = [digestOf(body)];
    return { kind, pieces, ending: 'wait', accepted: 1, signed };
  };
  const bad = (ending: FuzzRequest['ending'], ...pieces: Buffer[]): FuzzRequest => {
    return { kind, pieces, ending, accepted: undefined, signed: [] };
  };

  switch (kind) {
    case 'signed':
      return good(...cut(random, head(...sign(), length, close), body));
    case 'signedInChunks': {
      const lines = [...sign(), 'transfer-encoding: chunked', close];
      return good(...cut(random, head(...lines), inChunks(random, body)));
    }
    case 'pipelined':
      return pipelined(random, n, secrets);
    case 'forged':
      return bad('wait', ...cut(random, head(...forge(random, sign()), length, close), body));
    case 'unsigned':
      return bad('wait', head(length, close), body);
    case 'doubledHeader': {
      const lines = sign();
      const again = pick(random, sign());
      const doubled = head(...lines, again, length, close);
      // Ingest treats equal copies of a header as one.
      return lines.includes(again) ? good(doubled, body) : bad('wait', doubled, body);
    }
    case 'oddRequestLine': {
      const line = generateOddRequestLine(random);
      return bad(
        'wait',
        headOf(line, ...generateHarmlessLines(random), ...sign(), length, close),
        body,
      );
    }
    case 'brokenHead':
      return bad('end', head(...sign('wrong'), ...generateBrokenLines(random, body.length)), body);
    case 'brokenChunks': {
      const lines = [...sign('wrong'), 'transfer-encoding: chunked', close];
      return bad('end', head(...lines), brokenChunks(random, body));
    }
    case 'cutOff': {
      const longer = `content-length: ${body.length + drawInteger(random, 1, 100_000)}`;
      return bad(pick(random, ['end', 'reset']), head(...sign(), longer), body);
    }
    case 'tooLarge':
      return bad('wait', ...tooLarge(random, head, sign()));
  }
}

/** Computes the digest at the end of an event key. */
export function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 32);
}

function signatureLines(body: Buffer, secret: string, nonce: string): string[] {
  const sender = createSender({ url: 'http://unused', secret });
  return Object.entries(sender.sign(body, { nonce })).map(([name, value]) => `${name}: ${value}`);
}

/** Writes a head in latin1, so that a line can hold any byte. */
function headOf(requestLine: string, ...lines: readonly string[]): Buffer {
  return Buffer.from(
    [requestLine, 'host: callbacks.example', ...lines, '', ''].join('\r\n'),
    'latin1',
  );
}

function pipelined(random: Random, n: number, secrets: Secrets): FuzzRequest {
  const count = drawInteger(random, 2, 5);
  const bodies = Array.from({ length: count }, (_, at) =>
    Buffer.from(`{"pipelined":"${n}-${at}"}`),
  );
  const requests = bodies.flatMap((body, at) => {
    const lines = [...signatureLines(body, secrets.current, `01PIPE${n}${at}`)];
    lines.push(`content-length: ${body.length}`);
    if (at === count - 1) lines.push('connection: close');
    return [headOf('POST /api/sinch/webhook HTTP/1.1', ...lines), body];
  });
  const pieces = [Buffer.concat(requests)];
  return {
    kind: 'pipelined',
    pieces,
    ending: 'wait',
    accepted: count,
    signed: bodies.map(digestOf),
  };
}

/** Replaces the value of one signature header with a wrong one. */
function forge(random: Random, lines: readonly string[]): string[] {
  const wrong = pick(random, [
    '',
    'x',
    'HmacSHA1',
    'none',
    `${'A'.repeat(43)}=`,
    '99999999999999999999',
    '-1',
    '1e9',
    'a b',
    '\u00ff',
    'n'.repeat(4_000),
  ]);
  const at = drawInteger(random, 0, lines.length - 1);
  return lines.map((line, n) => (n === at ? `${line.split(':', 1)[0]}: ${wrong}` : line));
}

/** Cuts the bytes into one or several pieces, at random places. */
function cut(random: Random, ...parts: Buffer[]): Buffer[] {
  const whole = Buffer.concat(parts);
  if (random() < 0.7) return [whole];
  const at = Array.from({ length: drawInteger(random, 1, 4) }, () =>
    drawInteger(random, 1, whole.length - 1),
  ).toSorted((left, right) => left - right);
  return [0, ...at].map((from, n) => whole.subarray(from, at[n] ?? whole.length));
}

/** Writes valid chunks: sizes in upper case or with leading zeros, extensions, and trailers. */
function inChunks(random: Random, body: Buffer): Buffer {
  const parts: Buffer[] = [];
  const extension = pick(random, ['', '', ';a', ';a=b', ';a="b c"']);
  for (let from = 0; from < body.length; ) {
    const size = Math.min(body.length - from, drawInteger(random, 1, 1 + body.length / 3));
    const written = `${random() < 0.2 ? '000' : ''}${size.toString(16).toUpperCase()}`;
    parts.push(Buffer.from(`${written}${extension}\r\n`), body.subarray(from, from + size), crlf);
    from += size;
  }
  const trailer = pick(random, ['', 'x-sinch-webhook-signature: x\r\n', 'x-a: b\r\nx-a: c\r\n']);
  parts.push(Buffer.from(`0\r\n${trailer}\r\n`, 'latin1'));
  return Buffer.concat(parts);
}

const crlf = Buffer.from('\r\n');

function brokenChunks(random: Random, body: Buffer): Buffer {
  const size = body.length.toString(16);
  const sizeLine = pick(random, [
    'zz',
    '-1',
    'ffffffffffffffffff',
    `0x${size}`,
    `${size} ${size}`,
    `${size}\n`,
    `${size};${'a'.repeat(20_000)}`,
    '',
    `${size}\u0000`,
    (body.length + 5).toString(16),
    size,
  ]);
  const end = pick(random, [
    '',
    '0\r\ncontent-length: 1\r\n\r\n',
    '0\r\ntransfer-encoding: x\r\n\r\n',
  ]);
  return Buffer.concat([Buffer.from(`${sizeLine}\r\n`, 'latin1'), body, Buffer.from(`\r\n${end}`)]);
}

function tooLarge(
  random: Random,
  head: (...lines: string[]) => Buffer,
  signature: readonly string[],
): Buffer[] {
  const bytes = 1024 * 1024 + drawInteger(random, 1, 500_000);
  if (random() < 0.5) return [head(...signature, `content-length: ${bytes}`)];
  const lines = [...signature, 'transfer-encoding: chunked', 'connection: close'];
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536, ' '), crlf]);
  const chunks = Array.from({ length: Math.ceil(bytes / 65_536) }, () => chunk);
  return [head(...lines), ...chunks, Buffer.from('0\r\n\r\n')];
}
