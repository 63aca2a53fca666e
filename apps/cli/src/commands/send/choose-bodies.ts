import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { KnownTrigger } from '@sinch-callbacks/core';
import { type CallbackBody, sampleCallback } from '@sinch-callbacks/simulator';
import { UsageError } from '../../failure.ts';

/** The source of the bodies to send, as the options give it. */
export interface BodyChoice {
  readonly trigger?: KnownTrigger | undefined;
  readonly variant?: string | undefined;
  readonly seed?: string | undefined;
  /** The text of a sample message. */
  readonly text?: string | undefined;
  /** The app of samples without a seed. */
  readonly appId?: string | undefined;
  readonly file?: string | undefined;
  /** The text itself, or `-` for stdin. */
  readonly body?: string | undefined;
}

/** Returns the n-th body, counted from 0. A given body is the same each time. */
export type BodyAt = (index: number) => Uint8Array;

const defaultTrigger = 'MESSAGE_INBOUND';

/** @throws UsageError when the options contradict each other, or the body cannot be read. */
export async function chooseBodies(
  choice: BodyChoice,
  stdin: Readable,
  now: Date,
): Promise<BodyAt> {
  const given = await readGivenBody(choice, stdin);
  if (given === undefined) return samples(choice, now);
  if (choice.trigger ?? choice.variant ?? choice.seed ?? choice.text) {
    throw new UsageError(
      'a trigger, --variant, --seed and --text are for samples, not for a given body',
    );
  }
  return () => given;
}

async function readGivenBody(
  { file, body }: BodyChoice,
  stdin: Readable,
): Promise<Uint8Array | undefined> {
  if (file !== undefined && body !== undefined) {
    throw new UsageError('--file and --body exclude each other');
  }
  if (body !== undefined) return body === '-' ? await readBounded(stdin) : Buffer.from(body);
  if (file === undefined) return undefined;
  try {
    return await readBounded(createReadStream(file));
  } catch (error) {
    const isSystemError = error instanceof Error && 'code' in error && 'syscall' in error;
    if (!isSystemError) throw error;
    throw new UsageError(`${file} cannot be read (${String(error.code)})`, { cause: error });
  }
}

/**
 * Builds samples: with a seed the same bytes each time, without one new events of now, of the app
 * that the settings name.
 */
function samples(
  { trigger = defaultTrigger, variant, seed, text, appId }: BodyChoice,
  now: Date,
): BodyAt {
  const isText = trigger === 'MESSAGE_INBOUND' && (variant ?? 'text') === 'text';
  if (text !== undefined && !isText) {
    throw new UsageError('--text is for a MESSAGE_INBOUND of the variant text');
  }
  const root = seed ?? randomBytes(4).toString('hex');
  const build = (index: number) =>
    sampleCallback(trigger, {
      seed: index === 0 ? root : `${root}.${index}`,
      ...(variant !== undefined && { variant }),
      ...(seed === undefined && { startAt: now }),
    });
  try {
    build(0);
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
  const ofApp = seed === undefined && appId !== undefined ? { app_id: appId } : {};
  return (index) => Buffer.from(JSON.stringify({ ...withText(build(index), text), ...ofApp }));
}

/** Replaces the text of a message. */
function withText(body: CallbackBody, text: string | undefined): CallbackBody {
  if (text === undefined) return body;
  const { message } = body as { readonly message: object };
  return { ...body, message: { ...message, contact_message: { text_message: { text } } } };
}

/** Twice the largest body that ingest can be set to take. */
const maxBytes = 128 * 1024 * 1024;

/**
 * Reads a stream to its end.
 * @throws UsageError when it holds more than any receiver takes.
 */
async function readBounded(stream: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
    length += bytes.length;
    if (length > maxBytes) throw new UsageError(`a body has at most ${maxBytes} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
