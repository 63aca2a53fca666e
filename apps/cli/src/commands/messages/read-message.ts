import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import type { MessageToSend } from '@sinch-callbacks/outbound';
import { UsageError } from '../../failure.ts';

/**
 * Reads the message of `--text`, or of the file of `--message`.
 * @throws UsageError unless one of them is given, and is a message.
 */
export async function readMessageText(
  stdin: Readable,
  { text, message }: { readonly text?: string; readonly message?: string },
): Promise<MessageToSend['message']> {
  if ((text === undefined) === (message === undefined)) {
    throw new UsageError('give one message: --text, or --message <file>');
  }
  if (text !== undefined) return text;
  const json = await readJson(stdin, message ?? '');
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) {
    // Sinch checks its members.
    return json as MessageToSend['message'];
  }
  throw new UsageError('--message is no JSON object');
}

async function readJson(stdin: Readable, file: string): Promise<unknown> {
  try {
    return JSON.parse(file === '-' ? await readAll(stdin) : await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'is no JSON' : 'cannot be read';
    throw new UsageError(`the file of --message ${reason}`, { cause: error });
  }
}
