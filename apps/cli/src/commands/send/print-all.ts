import { encodeRawBody } from '@sinch-callbacks/core';
import { type ExitCode, exitCodes } from '../../exit-codes.ts';
import { openJsonReport } from '../../terminal/json-report.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { curlCommand } from './curl-command.ts';
import type { SendingPlan } from './send-all.ts';
import type { CallbackSender } from './send-callbacks.ts';

/** Prints what would be sent as commands for a shell. They hold a signature, not the secret. */
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
