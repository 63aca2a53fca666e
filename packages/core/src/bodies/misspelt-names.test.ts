import { describe, expect, expectTypeOf, it } from 'vitest';
import { read, report } from './sinch-event.fixture.ts';
import type { SinchEventOf } from './sinch-event.ts';

/*
 * The compiler checks these: it reports a directive below once the line after it compiles.
 */
describe('the type of an event', () => {
  it('lets no misspelt field compile, at any depth', () => {
    const { body } = report({ staus: 'READ', reason: { cod: 'X' }, channel_identity: { id: '1' } });
    // @ts-expect-error: a misspelt field.
    expect(body.staus).toBeUndefined();
    // @ts-expect-error: the same in brackets.
    expect(body['staus']).toBeUndefined();
    // @ts-expect-error: a misspelt field of a section.
    expect(body.reason?.cod).toBeUndefined();
    // @ts-expect-error: the same of a shared section.
    expect(body.channel_identity?.id).toBeUndefined();
    // @ts-expect-error: no field of any trigger is found before the trigger is known.
    expect(read({ message: { id: 'x' } }).body.id).toBe('x');
    const event = read({ message: { contact_message: { text_message: { txt: 'x' } } } });
    if (event.trigger !== 'MESSAGE_INBOUND') throw new Error(event.trigger);
    // @ts-expect-error: a misspelt kind of message.
    expect(event.body.contact_message?.text_mesage).toBeUndefined();
    // @ts-expect-error: a misspelt field of a message.
    expect(event.body.contact_message?.text_message?.txt).toBeUndefined();
    type Contact = SinchEventOf<'CONTACT_CREATE'>['body']['contact'];
    // @ts-expect-error: a misspelt field of an object in a list.
    expectTypeOf<NonNullable<NonNullable<Contact>['channel_identities']>[0]['identty']>();
    type Submitted = NonNullable<SinchEventOf<'MESSAGE_SUBMIT'>['body']['submitted_message']>;
    // @ts-expect-error: a part that only `messageContent` reads.
    expectTypeOf<NonNullable<Submitted['card_message']>['title']>();
    type Action = NonNullable<SinchEventOf<'EVENT_INBOUND'>['body']['contact_message_event']>;
    // @ts-expect-error: a misspelt field of an event.
    expectTypeOf<NonNullable<Action['reaction_event']>['emojy']>();
  });

  it('lets no misspelt trigger compile', () => {
    const wayOf = ({ trigger }: SinchEventOf<'OPT_IN' | 'OPT_OUT'>) => {
      switch (trigger) {
        // @ts-expect-error: a misspelt trigger in a switch.
        case 'OPT_INN':
          return 'misspelt';
        case 'OPT_IN':
          return 'in';
        case 'OPT_OUT':
          return 'out';
      }
    };
    const event = read({ opt_out_notification: {} });
    expect(event.trigger === 'OPT_OUT' && wayOf(event)).toBe('out');
    // @ts-expect-error: a misspelt trigger in a comparison.
    expect(read({ message: {} }).trigger === 'MESAGE_INBOUND').toBe(false);
    // @ts-expect-error: a misspelt trigger in a type.
    expectTypeOf<SinchEventOf<'MESSAGE_INBOND'>>();
  });
});
