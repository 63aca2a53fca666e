import { describe, expect, it } from 'vitest';
import { type HandlerOptions, on } from './on.ts';

const nothing = () => undefined;

describe('on', () => {
  it('narrows the event by its triggers', () => {
    on('one', 'MESSAGE_DELIVERY', (event) => {
      const status: string | undefined = event.body.status;
      // @ts-expect-error: a misspelt field
      void event.body.staus;
      void status;
    });
    on('two', ['OPT_IN', 'OPT_OUT'], (event) => {
      const trigger: 'OPT_IN' | 'OPT_OUT' = event.trigger;
      void trigger;
    });
    on('all', 'all', (event) => {
      if (event.trigger === 'MESSAGE_INBOUND') void event.body.contact_message;
      // @ts-expect-error: not every body has it
      void event.body.contact_message;
    });
  });

  it('refuses a misspelt trigger, when compiled and when run', () => {
    // @ts-expect-error: no such trigger
    expect(() => on('x', 'MESSAGE_INBOND', nothing)).toThrow('MESSAGE_INBOND');
    // @ts-expect-error: no such trigger
    expect(() => on('x', ['OPT_IN', 'OPTOUT'], nothing)).toThrow('OPTOUT');
  });

  it.each(['', 'Upper', '1st', 'a_b', 'a'.repeat(65), 'ä'])('refuses the name "%s"', (name) => {
    expect(() => on(name, 'all', nothing)).toThrow(TypeError);
  });

  it.each<HandlerOptions>([
    { concurrency: 0 },
    { timeout: 1.5 },
    { attempts: -1 },
    { maxAge: Number.NaN },
    { timeout: 2 ** 31 },
    { key: 'message' as 'contact', order: 'strict' },
    { key: 'contact' },
  ])('refuses %o and names the option', (options) => {
    const [name = ''] = Object.keys(options);
    expect(() => on('x', 'all', nothing, options)).toThrow(name);
  });

  it('fills in what is not said, also where it is said to be undefined', () => {
    const { options } = on('x', 'all', nothing, JSON.parse('{}') as HandlerOptions);
    expect(options).toEqual({
      order: 'none',
      key: 'conversation',
      concurrency: 10,
      timeout: 60_000,
      attempts: 10,
      enabled: true,
    });
  });

  it('takes each trigger once', () => {
    expect(on('x', ['OPT_IN', 'OPT_IN'], nothing).triggers).toEqual(['OPT_IN']);
  });
});
