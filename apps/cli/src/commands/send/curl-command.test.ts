import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { curlCommand } from './send-all.ts';

/** Returns the arguments and stdin that a shell passes to curl: a stand-in prints them. */
function runWithStandIn(command: string): { args: string[]; stdin: Buffer } {
  const standIn = `curl() { for arg in "$@"; do printf '%s\\0' "$arg"; done; printf '\\0'; case "$*" in *@-) cat;; esac; }`;
  const output = execFileSync('sh', { input: `${standIn}\n${command}\n` });
  const end = output.indexOf('\0\0');
  const args = output.subarray(0, end).toString().split('\0');
  return { args, stdin: output.subarray(end + 2) };
}

const headers = { 'x-sinch-webhook-signature': "a'b" };
const url = 'http://127.0.0.1:1/hook?a=1&b=2';

describe('curlCommand', () => {
  it.each([
    ['quotes and dollars', `{"text":"it's $HOME \`id\` \\ \\"x\\" !"}`],
    ['a line break at its end', '{}\n'],
    ['what curl would take for a file', '@/etc/hostname'],
    ['letters of every kind', '{"text":"ÅÄÖ 試験 🙏"}'],
  ])('survives the shell: %s', (_, text) => {
    const { args } = runWithStandIn(curlCommand({ url, headers, body: Buffer.from(text) }));
    expect(args).toContain(url);
    expect(args).toContain("x-sinch-webhook-signature: a'b");
    expect(args.at(-2)).toBe('--data-raw');
    expect(args.at(-1)).toBe(text);
  });

  it.each([
    ['is no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['holds a NUL', Buffer.from('{"a":"\u0000"}')],
    ['is longer than an argument may be', Buffer.alloc(300_000, 'x')],
  ])('pipes a body that %s, byte for byte', (_, body) => {
    const { args, stdin } = runWithStandIn(curlCommand({ url, headers, body }));
    expect(args.at(-1)).toBe('@-');
    expect(stdin.equals(body)).toBe(true);
  });
});
