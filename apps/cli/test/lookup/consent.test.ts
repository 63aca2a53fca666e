import { expect, it } from 'vitest';
import { callbacksHere, useCli } from '../harness/cli-harness.ts';
import { store } from '../harness/stored-bodies.ts';

const cli = useCli();

const at = (hour: number) => `2026-11-23T${String(hour).padStart(2, '0')}:00:00Z`;

function word(kind: 'in' | 'out', hour: number, about: object, status = 'SUCCEEDED'): object {
  return {
    app_id: '01APP',
    event_time: at(hour),
    [`opt_${kind}_notification`]: {
      request_id: `01REQ${kind}${hour}`,
      channel: 'SMS',
      status: `OPT_${kind.toUpperCase()}_${status}`,
      ...about,
    },
  };
}

const merge = {
  contact_merge_notification: {
    preserved_contact: { id: '01NEW' },
    deleted_contact: { id: '01OLD' },
  },
};

async function consent(text: string) {
  const args = ['consent', '--no-stack', '--json', '--', text];
  const { code, stdout } = await callbacksHere(args, cli.env);
  return { code, ...JSON.parse(stdout) };
}

it('one who opted out is out in whatever spelling the number is typed, with the words behind it', async () => {
  const person = { identity: '+46 70 123', contact_id: '01PERSON' };
  const [optedIn, optedOut] = await store(cli, word('in', 1, person), word('out', 2, person));
  for (const typed of ['+4670123', '004670123', '46 70-123', '+46 (0)70 123', '01PERSON']) {
    const answer = await consent(typed);
    expect(answer).toMatchObject({ code: 1, answer: 'OPTED_OUT', identities: ['4670123'] });
    expect(answer.consents).toEqual([
      {
        appId: '01APP',
        channel: 'SMS',
        identity: '4670123',
        contactId: '01PERSON',
        state: 'OPTED_OUT',
        since: '2026-11-23T02:00:00.000Z',
        words: [
          expect.objectContaining({
            kind: 'OPT_OUT',
            status: 'OPT_OUT_SUCCEEDED',
            requestId: '01REQout2',
            happenedAt: '2026-11-23T02:00:00.000Z',
            since: '2026-11-23T02:00:00.000Z',
            eventKey: optedOut,
          }),
          expect.objectContaining({ kind: 'OPT_IN', effect: 'IN', eventKey: optedIn }),
        ],
      },
    ]);
  }
  const shown = await callbacksHere(['consent', '--no-stack', '004670123'], cli.env);
  expect(shown.code).toBe(1);
  for (const part of ['OPTED_OUT', '2026-11-23 02:00:00Z', '01PERSON', '01REQout2', optedOut]) {
    expect(shown.stdout).toContain(part);
  }
});

it('a contact is found by every id that was merged into it, with words of all of them', async () => {
  await store(
    cli,
    word('in', 1, { identity: '+4670123', contact_id: '01NEW' }),
    merge,
    word('out', 2, { contact_id: '01OLD' }),
  );
  for (const typed of ['01OLD', '01NEW', '+4670123']) {
    const answer = await consent(typed);
    expect(answer).toMatchObject({
      code: 1,
      consents: [{ identity: '4670123', contactId: '01NEW', state: 'OPTED_OUT' }],
    });
    expect(answer.consents[0].words).toMatchObject([
      { kind: 'OPT_OUT', contactId: '01OLD', rootId: '01NEW' },
      { kind: 'OPT_IN', contactId: '01NEW' },
    ]);
  }
});

it('opted in on one channel and out on another is not opted in', async () => {
  const identity = '+4670123';
  await store(cli, word('in', 1, { identity }));
  expect(await consent(identity)).toMatchObject({ code: 0, answer: 'OPTED_IN' });
  await store(cli, word('out', 2, { identity, channel: 'RCS' }));
  expect(await consent(identity)).toMatchObject({
    code: 1,
    consents: [
      { channel: 'RCS', state: 'OPTED_OUT' },
      { channel: 'SMS', state: 'OPTED_IN' },
    ],
  });
});

it('a contact is out where another contact opted out the number that they share', async () => {
  await store(
    cli,
    word('in', 1, { identity: '+4670123', contact_id: '01ONE' }),
    word('out', 2, { identity: '+4670123', contact_id: '01TWO' }),
  );
  expect(await consent('01ONE')).toMatchObject({ code: 1, answer: 'OPTED_OUT' });
});

it('nothing known is neither in nor out, and says so with an exit code of its own', async () => {
  const unknown = { code: 4, answer: 'UNKNOWN', consents: [] };
  expect(await consent('+4670999')).toMatchObject({ ...unknown, identities: [], otherWords: [] });
  await store(cli, word('in', 1, { identity: '+4670123' }, 'FAILED'));
  expect(await consent('+4670123')).toMatchObject({
    ...unknown,
    identities: ['4670123'],
    otherWords: [{ kind: 'OPT_IN', status: 'OPT_IN_FAILED' }],
  });
  const { stderr } = await callbacksHere(['consent', '--no-stack', '+4670999'], cli.env);
  expect(stderr).toContain('no callback has named this number, identity or contact');
  expect(stderr).toContain('nothing is known, which is no consent');
});

it('the same digits on a channel without phone numbers are another person', async () => {
  await store(cli, word('out', 1, { identity: '4670123', channel: 'MESSENGER' }));
  expect(await consent('+4670123')).toMatchObject({ code: 4 });
  expect(await consent('4670123')).toMatchObject({ code: 1 });
});
