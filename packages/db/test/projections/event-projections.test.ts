import { describe, expect, it } from 'vitest';
import { useMigratedDatabase } from '../support.ts';
import { at, inEveryOrder, on, report } from './every-order.ts';

// As message-projections.test.ts, for conversations and everything that is no message.
const migrated = useMigratedDatabase();

describe('a conversation', () => {
  const change = (kind: string, second?: number, fields: object = {}) => ({
    ...(second === undefined ? {} : { event_time: at(second) }),
    [`conversation_${kind}_notification`]: { conversation: { id: 'conv', ...fields } },
  });

  it.each([
    ['ACTIVE', [change('start', 1)]],
    ['ACTIVE', [change('start')]],
    ['STOPPED', [change('start', 1), change('stop', 2)]],
    ['STOPPED', [change('start', 1), change('stop', 1)]],
    ['ACTIVE', [change('start', 2), change('stop', 1)]],
    ['STOPPED', [change('start'), change('stop', 1)]],
    ['STOPPED', [change('start', 9), change('stop')]],
    ['DELETED', [change('start', 9), change('stop', 5), change('delete')]],
    [
      'DELETED',
      [change('start', 9), { conversation_delete_notification: { conversation_id: 'conv' } }],
    ],
    [null, [report('READ', 1, { conversation_id: 'conv' })]],
  ])('is %s after %j', async (state, bodies) => {
    await inEveryOrder(migrated, bodies, ({ conversation }) => {
      expect(conversation).toMatchObject([{ state }]);
    });
  });

  it('has its latest details, and the channel that was used last', async () => {
    const bodies = [
      change('start', 9, { metadata: 'start', active_channel: 'SMS' }),
      change('stop', 1, { metadata: 'end', active_channel: 'RCS' }),
    ];
    await inEveryOrder(migrated, bodies, ({ conversation }) => {
      expect(conversation).toMatchObject([{ metadata: 'start', active_channel: 'SMS' }]);
    });
  });

  it('keeps numbers as they were written', async () => {
    const body = `{"conversation_start_notification":{"conversation":{"id":"conv",
      "metadata_json":{"order":9007199254740993,"price":1.10,"far":1e400}}}}`;
    await inEveryOrder(migrated, [body], async () => {
      const [found] = await migrated.read('SELECT metadata_json::text AS text FROM conversation');
      expect(found?.['text']).toContain('"order": 9007199254740993');
      expect(found?.['text']).toContain('"price": 1.10');
    });
  });
});

describe('the latest wins for', () => {
  const later = { event_time: at(2) };
  const earlier = { event_time: at(1) };
  const who = { contact_id: 'c', channel: 'RCS', identity: '1' };

  it.each([
    ['capability', 'capability_notification', who, 'capability_status'],
    ['record', 'record_notification', { entity_id: 'r' }, 'record_status'],
    ['batch', 'batch_status_update_notification', { batch_id: 'b' }, 'batch_status'],
  ])('%s', async (table, key, fields, status) => {
    const bodies = [
      { ...later, [key]: { ...fields, [status]: 'A_LATER' } },
      { ...earlier, [key]: { ...fields, [status]: 'Z_EARLIER' } },
      { [key]: { ...fields, [status]: 'Z_TIMELESS' } },
    ];
    await inEveryOrder(migrated, bodies, (rows) => {
      expect(rows[table]).toMatchObject([{ status: 'A_LATER' }]);
    });
  });

  it('message_analysis', async () => {
    const analysis = (time: object, word: string) => ({
      ...time,
      smart_conversation_notification: { message_id: 'm', analysis_results: { word } },
    });
    const bodies = [analysis(later, 'A'), analysis(earlier, 'Z'), analysis({}, 'Z')];
    await inEveryOrder(migrated, bodies, (rows) => {
      expect(rows['message_analysis']).toMatchObject([{ results: { word: 'A' } }]);
    });
  });

  it('inbound_event, by the time that Sinch accepted it', async () => {
    const event = (emoji: string, acceptedAt: number, eventAt: number) => ({
      event_time: at(eventAt),
      event: {
        id: 'e',
        accept_time: at(acceptedAt),
        contact_message_event: { reaction_event: { emoji } },
      },
    });
    await inEveryOrder(migrated, [event('A', 2, 1), event('Z', 1, 2)], (rows) => {
      expect(rows['inbound_event']).toMatchObject([
        { kind: 'reaction_event', content: { reaction_event: { emoji: 'A' } } },
      ]);
    });
  });

  it('none of the channel events: each is a row of its own', async () => {
    const event = (event_type: string) => ({
      channel_event_notification: { channel_event: { channel: 'RCS', event_type } },
    });
    await inEveryOrder(migrated, [event('A'), event('B')], (rows) => {
      expect(rows['channel_event']).toHaveLength(2);
    });
  });

  it.each([
    [
      'record',
      'record_notification',
      { entity_id: 'r' },
      'record_status',
      'EVENT_RECORD_STORED',
      'RECORD_STATUS_UNSPECIFIED',
    ],
    [
      'batch',
      'batch_status_update_notification',
      { batch_id: 'b' },
      'batch_status',
      'BATCH_STATUS_PROCESSED',
      'SCHEDULED',
    ],
    [
      'batch',
      'batch_status_update_notification',
      { batch_id: 'b' },
      'batch_status',
      'SCHEDULED',
      'BATCH_STATUS_READY',
    ],
  ])(
    'no %s that stands further already (%s, %j, %s): %s stays when %s comes later',
    async (table, key, fields, status, further, before) => {
      const bodies = [
        { ...later, [key]: { ...fields, [status]: before } },
        { ...earlier, [key]: { ...fields, [status]: further } },
      ];
      await inEveryOrder(migrated, bodies, (rows) => {
        expect(rows[table]).toMatchObject([{ status: further }]);
      });
    },
  );
});

it('what is no text and no event is listed by what it is: reactions and the unsupported', async () => {
  const reaction = {
    event: {
      id: 'e',
      accept_time: at(1),
      ...on('WHATSAPP'),
      contact_message_event: { reaction_event: { emoji: '👍', action: 'REACT', message_id: 'm' } },
    },
  };
  const unsupported = { unsupported_callback: { id: 'u', channel: 'VIBER', payload: '{"a":1}' } };
  await inEveryOrder(migrated, [reaction, unsupported], (rows) => {
    expect(rows['reaction']).toMatchObject([
      { id: 'e', sinch_message_id: 'm', emoji: '👍', action: 'REACT', identity: '15555550100' },
    ]);
    expect(rows['unsupported']).toMatchObject([{ id: 'u', channel: 'VIBER', payload: '{"a":1}' }]);
  });
});
