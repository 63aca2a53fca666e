import type { BurstResult } from './send-burst.ts';
import type { MessageResult } from './send-message.ts';

/** Lists everything of the burst, and of the message, that is not as expected. */
export function findProblems(
  result: BurstResult,
  { state, status, atPhone }: MessageResult,
): string[] {
  const { expected } = result.burst;
  const checks: readonly [boolean, string][] = [
    [result.lost > 0, `${result.lost} events are in no row`],
    [result.report.rejected > 0, `${result.report.rejected} callbacks were rejected`],
    [
      result.report.givenUp > 0,
      `${result.report.givenUp} got no answer (${result.report.lastFailure})`,
    ],
    [result.dead !== expected.dead, `${result.dead} events are dead, not ${expected.dead}`],
    [
      result.messages !== expected.messages,
      `${result.messages} messages, not ${expected.messages}`,
    ],
    [result.wrongStatuses > 0, `${result.wrongStatuses} messages ended in a wrong status`],
    [atPhone !== 1, `the message that was sent is at its phone ${atPhone} times`],
    [
      state !== 'SENT' || status !== 'DELIVERED',
      `the message that was sent is ${state}, and its delivery ${status}`,
    ],
  ];
  return checks.flatMap(([isProblem, text]) => (isProblem ? [text] : []));
}

/** Formats the table, line by line. */
export function describeBurst(result: BurstResult, message: MessageResult): string[] {
  const { report, burst } = result;
  const rows: readonly [string, number, string][] = [
    ['sent', report.sent, `signed callbacks, out of order, in ${result.sendSeconds.toFixed(1)} s`],
    ['accepted', report.accepted + report.duplicate, 'answered 200'],
    [
      'duplicates',
      report.sent - burst.expected.uniqueEvents,
      'second copies; none made a second row',
    ],
    ['rejected', report.rejected, ''],
    [
      'applied',
      result.applied + result.unhandled,
      `to Postgres after ${result.applySeconds.toFixed(1)} s`,
    ],
    ['dead', result.dead, 'the poison: signed, but not JSON'],
    ['lost', result.lost, ''],
    [
      'phone',
      message.atPhone,
      `message of ours at a simulated phone, ${message.status} in its row`,
    ],
  ];
  const width = Math.max(...rows.map(([, count]) => String(count).length));
  return rows.map(([name, count, note]) =>
    `  ${name.padEnd(12)}${String(count).padStart(width)}  ${note}`.trimEnd(),
  );
}
