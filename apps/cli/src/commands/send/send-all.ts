import { encodeRawBody } from '@sinch-callbacks/core';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { openJsonReport } from '../../terminal/json-report.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { describeAnswer, explainAnswer } from '../http-answer.ts';
import type { BodyAt } from './choose-bodies.ts';
import type { CallbackSender, SendResult, SignedCallback } from './send-callbacks.ts';

export interface SendingPlan {
  readonly url: string;
  readonly bodyAt: BodyAt;
  readonly count: number;
  /** True when the receiver has to refuse the callbacks. */
  readonly isTampered: boolean;
  /** The secret's origin, for the explanation of a 401. */
  readonly secretFrom: string;
}

/** Sends one callback after the other and reports each; ends early when nothing answers. */
export async function sendAll(
  sender: CallbackSender,
  plan: SendingPlan,
  terminal: Terminal,
): Promise<ExitCode> {
  const report = openJsonReport(terminal);
  report.beginList('sent');
  let asWanted = 0;
  let hasExplained = false;
  let messageId: string | undefined;
  for (let index = 0; index < plan.count; index += 1) {
    const callback = sender.sign(plan.bodyAt(index));
    const result = await sender.send(callback);
    report.item({ eventKey: callback.key, messageId: callback.messageId, ...result });
    terminal.print(describeResult(callback, result, terminal));
    if (isAsWanted(result, plan)) {
      asWanted += 1;
      messageId = callback.messageId ?? messageId;
    } else if (result.kind === 'answered' && !hasExplained) {
      hasExplained = explain(result.status, plan, terminal);
    }
    if (result.kind === 'unanswered') break;
  }
  const isOk = asWanted === plan.count;
  // A given body may hold any id. Show no hint for an id that a shell would split.
  if (messageId && /^[\w-]+$/.test(messageId)) {
    terminal.note(`see it: callbacks message ${messageId}`);
  }
  report.end({ url: plan.url, ok: isOk });
  return isOk ? exitCodes.ok : exitCodes.failed;
}

function isAsWanted(result: SendResult, { isTampered }: SendingPlan): boolean {
  if (result.kind === 'unanswered') return false;
  const isAccepted = result.status >= 200 && result.status <= 299;
  return isTampered ? result.status === 401 : isAccepted;
}

function explain(status: number, plan: SendingPlan, terminal: Terminal): boolean {
  const explanation = plan.isTampered
    ? `${status}: a changed body should have been answered with 401`
    : explainAnswer(status, plan.secretFrom);
  if (explanation !== undefined) terminal.note(explanation);
  return explanation !== undefined;
}

function describeResult({ key }: SignedCallback, result: SendResult, terminal: Terminal): string {
  const what = key ?? '(a body that does not fit its signature)';
  if (result.kind === 'unanswered')
    return `${terminal.paint('red', 'no answer')}  ${what}: ${result.reason}`;
  const { status, answer, durationMs } = result;
  const colour = status >= 200 && status <= 299 ? 'green' : 'red';
  return `${terminal.paint(colour, String(status))}  ${describeAnswer(answer)}  ${what}  ${durationMs} ms`;
}

/** Prints shell commands that would send the callbacks. They hold a signature, not the secret. */
export function printAll(
  sender: CallbackSender,
  { url, bodyAt, count }: SendingPlan,
  terminal: Terminal,
): ExitCode {
  const report = openJsonReport(terminal);
  report.beginList('requests');
  for (let index = 0; index < count; index += 1) {
    const { key, body, headers: signature } = sender.sign(bodyAt(index));
    const headers = { 'content-type': 'application/json', ...signature };
    const curl = curlCommand({ url, headers, body });
    report.item({ eventKey: key, headers, body: encodeRawBody(body), curl });
    terminal.print(curl);
  }
  report.end({ url });
  return exitCodes.ok;
}

/** A request as curl would send it. */
interface CurlRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Linux takes no longer argument (MAX_ARG_STRLEN is 128 KiB). */
const maxArgumentBytes = 100_000;

/**
 * Formats the shell command that sends exactly these bytes. A body that is not text, or too long
 * for an argument, goes through a pipe as base64.
 */
export function curlCommand({ url, headers, body }: CurlRequest): string {
  const lines = [
    `curl --silent --show-error --include --request POST ${quote(url)}`,
    ...Object.entries(headers).map(([name, value]) => `--header ${quote(`${name}: ${value}`)}`),
  ];
  const text = asArgument(body);
  if (text !== undefined) return [...lines, `--data-raw ${quote(text)}`].join(' \\\n  ');
  const base64 = Buffer.from(body).toString('base64');
  const command = [...lines, '--data-binary @-'].join(' \\\n  ');
  return `printf %s ${quote(base64)} | base64 --decode | ${command}`;
}

/** Returns `undefined` for bytes that cannot be a shell argument. */
function asArgument(body: Uint8Array): string | undefined {
  if (body.length > maxArgumentBytes) return undefined;
  const text = Buffer.from(body).toString('utf8');
  const isExact = Buffer.from(text, 'utf8').equals(body) && !text.includes('\u0000');
  return isExact ? text : undefined;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
