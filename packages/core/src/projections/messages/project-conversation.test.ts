import { describe, expect, it } from 'vitest';
import { factsOf, greatest, only } from '../../decide/decide-event.fixture.ts';

const event_time = '2026-11-20T10:00:00Z';
const orderAt = '2026-11-20T10:00:00.000000Z';
const conversation = {
  id: 'v',
  app_id: '01APP',
  contact_id: 'c',
  active_channel: 'SMS',
  metadata: 'm',
};
const ways = ['start', 'stop', 'delete'] as const;

const conversationOf = (
  way: (typeof ways)[number],
  section: object = { conversation },
  envelope: object = {},
) => only(factsOf({ ...envelope, [`conversation_${way}_notification`]: section }).conversations);

const nothing = {
  started: false,
  startedAt: undefined,
  stoppedAt: undefined,
  stoppedWithoutTime: false,
  deleted: false,
};

describe('a conversation', () => {
  it('has its events, with their times where those are known', () => {
    const at = { event_time };
    const {
      start,
      stop,
      delete: deletion,
    } = Object.fromEntries(
      ways.map((way) => [way, [conversationOf(way), conversationOf(way, undefined, at)]]),
    );
    expect(start).toMatchObject([
      { ...nothing, started: true },
      { ...nothing, started: true, startedAt: orderAt },
    ]);
    expect(stop).toMatchObject([
      { ...nothing, stoppedWithoutTime: true },
      { ...nothing, stoppedAt: orderAt },
    ]);
    expect(deletion).toMatchObject([
      { ...nothing, deleted: true },
      { ...nothing, deleted: true },
    ]);
  });

  it('stopped at a time that cannot be read, or of a clock far ahead, was stopped at the reference', () => {
    for (const time of ['soon', '2062-01-01T00:00:00Z']) {
      const stopped = conversationOf('stop', undefined, { event_time: time });
      expect(stopped).toMatchObject({
        stoppedAt: '2026-11-27T12:00:00.000000Z',
        stoppedWithoutTime: false,
      });
    }
  });

  it.each(ways)('is found by its id alone in a %s, which empties no details', (way) => {
    expect(conversationOf(way, { conversation_id: 'v' })).toMatchObject({
      sinchConversationId: 'v',
      channel: undefined,
      details: undefined,
    });
  });

  it('has the details of the latest, whichever state they came with', () => {
    const [late, early] = ['2026-11-21T10:00:00Z', '2026-11-20T10:00:00Z'];
    const details = (way: (typeof ways)[number], metadata: string, time?: string) => {
      const section = { conversation: { id: 'v', metadata } };
      const found = conversationOf(
        way,
        section,
        time === undefined ? {} : { event_time: time },
      ).details;
      return found === undefined ? [] : [found];
    };
    const started = details('start', 'started', late);
    expect(greatest([...started, ...details('stop', 'stopped', early)]).metadata).toBe('started');
    const timeless = [
      ...details('delete', 'deleted'),
      ...details('start', 'started'),
      ...details('stop', 'stopped'),
    ];
    expect(greatest(timeless).metadata).toBe('deleted');
  });

  it('keeps numbers exact, whatever their size', () => {
    const text =
      '{"conversation_start_notification":{"conversation":{"id":"v","metadata_json":{"order_id":9007199254740993,"price":1.10}}}}';
    expect(only(factsOf(text).conversations).details?.metadataJson).toBe(
      '{"order_id":9007199254740993,"price":1.10}',
    );
  });
});
