import { oneLine } from '../../terminal/text.ts';

const maxLength = 120;

/** The one word that our receivers answer with, or else the start of what was answered. */
export function describeAnswer(answer: string): string {
  const status = statusOf(answer);
  return oneLine(status ?? answer, maxLength);
}

function statusOf(answer: string): string | undefined {
  try {
    const body: unknown = JSON.parse(answer);
    const status: unknown =
      typeof body === 'object' && body !== null ? Reflect.get(body, 'status') : undefined;
    return typeof status === 'string' ? status : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
