import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openJsonReport } from './json-report.ts';
import { openTerminal } from './terminal.ts';

function terminal(isJson: boolean) {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const { stdin, stderr } = process;
  const opened = openTerminal({ stdin, stdout, stderr, now: () => new Date() }, isJson);
  return { opened, written: () => String(stdout.read() ?? '') };
}

describe('openJsonReport', () => {
  it('writes one document with lists of any length, in the order of the calls', () => {
    const { opened, written } = terminal(true);
    const report = openJsonReport(opened);
    report.beginList('letters');
    report.item({ eventKey: 'a' });
    report.item({ eventKey: 'b"\n' });
    report.beginList('waited');
    report.end({ counts: { replayed: 2 }, error: undefined });
    expect(JSON.parse(written())).toEqual({
      letters: [{ eventKey: 'a' }, { eventKey: 'b"\n' }],
      waited: [],
      counts: { replayed: 2 },
    });
  });

  it('is a document even when nothing came', () => {
    const { opened, written } = terminal(true);
    openJsonReport(opened).end({});
    expect(JSON.parse(written())).toEqual({});
  });

  it('writes nothing for people', () => {
    const { opened, written } = terminal(false);
    const report = openJsonReport(opened);
    report.beginList('letters');
    report.item(1);
    report.end({});
    expect(written()).toBe('');
  });
});
