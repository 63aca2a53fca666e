import { describe, expect, it } from 'vitest';
import {
  compareHandlerRows,
  findTaskProblems,
  type HandlerEvidence,
  type HandlerTask,
} from './compare-handler-rows.ts';

const task = (key: string, more: Partial<HandlerTask> = {}): HandlerTask => ({
  key,
  state: 'DONE',
  attempts: 1,
  cause: null,
  errorMessage: null,
  ...more,
});
const row = (handler: string, occurrence: string, trigger: string) => ({
  handler,
  key: `${handler}.${occurrence}`,
  trigger,
});

/** A message with a copy, and an opt-out that only the first handler is for. */
const sound: HandlerEvidence = {
  handlers: [
    { name: 'every', triggers: ['MESSAGE_INBOUND', 'OPT_OUT'] },
    { name: 'messages', triggers: ['MESSAGE_INBOUND'] },
  ],
  happened: [
    { eventKey: 'a', trigger: 'MESSAGE_INBOUND', occurrence: '01', isRedacted: false },
    { eventKey: 'a-copy', trigger: 'MESSAGE_INBOUND', occurrence: '01', isRedacted: false },
    { eventKey: 'b', trigger: 'OPT_OUT', occurrence: '02', isRedacted: false },
  ],
  tasks: [task('every.01'), task('messages.01'), task('every.02')],
  rows: [
    row('every', '01', 'MESSAGE_INBOUND'),
    row('messages', '01', 'MESSAGE_INBOUND'),
    row('every', '02', 'OPT_OUT'),
  ],
};
const none = { missing: [], doubled: [], strange: [] };

/** The sound evidence, in which the first event has lost its body and its tasks ended like this. */
const redacted = (state: string): HandlerEvidence => ({
  ...sound,
  happened: sound.happened.map((thing) => ({ ...thing, isRedacted: thing.occurrence === '01' })),
  tasks: [task('every.01', { state }), task('messages.01', { state }), task('every.02')],
});

describe('compareHandlerRows', () => {
  it('finds nothing where each handler has one row for each thing of its triggers', () => {
    expect(compareHandlerRows(sound)).toEqual({ expected: 3, ...none });
  });

  it('finds each missing row', () => {
    for (const [index, missing] of sound.rows.entries()) {
      const found = compareHandlerRows({ ...sound, rows: sound.rows.toSpliced(index, 1) });
      expect(found).toMatchObject({ expected: 3, doubled: [], strange: [] });
      expect(found.missing).toEqual([
        {
          eventKey: expect.stringMatching(/^[ab]/),
          why: `no row of ${missing.handler} for ${missing.trigger} ${missing.key}`,
        },
      ]);
    }
  });

  it('finds each doubled row', () => {
    for (const doubled of sound.rows) {
      const found = compareHandlerRows({ ...sound, rows: [...sound.rows, doubled] });
      expect(found).toMatchObject({ missing: [], strange: [] });
      expect(found.doubled).toMatchObject([
        { why: `2 rows of ${doubled.handler} for ${doubled.trigger} ${doubled.key}` },
      ]);
    }
  });

  it.each([
    ['of another handler', row('messages', '02', 'OPT_OUT')],
    ['of what did not happen', row('every', '03', 'OPT_OUT')],
    ['with another trigger', row('every', '02', 'OPT_IN')],
    ['with the key of another handler', { ...row('every', '01', 'OPT_OUT'), handler: 'messages' }],
  ])('finds a strange row: %s', (_, strange) => {
    const found = compareHandlerRows({ ...sound, rows: [...sound.rows, strange] });
    expect(found).toMatchObject({ missing: [], doubled: [] });
    expect(found.strange).toHaveLength(1);
  });

  it('expects no row of a task that was skipped because its event was redacted', () => {
    const rows = sound.rows.slice(2);
    expect(compareHandlerRows({ ...redacted('SKIPPED'), rows })).toEqual({ expected: 1, ...none });
    expect(compareHandlerRows(redacted('SKIPPED')).strange).toHaveLength(2);
  });

  it('expects the row of a task that ran before its event was redacted', () => {
    expect(compareHandlerRows(redacted('DONE'))).toEqual({ expected: 3, ...none });
    expect(compareHandlerRows({ ...redacted('DONE'), rows: [] }).missing).toHaveLength(3);
  });

  it('counts a task that was skipped without a redaction as missing', () => {
    const tasks = redacted('SKIPPED').tasks;
    expect(compareHandlerRows({ ...sound, tasks, rows: [] }).missing).toHaveLength(3);
  });
});

describe('findTaskProblems', () => {
  const failsAtFirst = (key: string) => key === 'every.02';

  it('finds nothing where only a planned failure has used up an attempt', () => {
    const tasks = [task('every.01'), task('every.02', { attempts: 2 })];
    expect(findTaskProblems(tasks, failsAtFirst)).toEqual([]);
  });

  it('finds a dead task, and one that an outage cost an attempt', () => {
    const dead = task('every.02', { state: 'DEAD', cause: 'quarantined', errorMessage: 'ended' });
    expect(findTaskProblems([task('every.01', { attempts: 2 }), dead], failsAtFirst)).toEqual([
      '1 tasks are dead, among them every.02 (quarantined, ended)',
      '1 tasks took too many attempts, among them every.01 (2)',
    ]);
  });
});
