import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { duration, eventTrigger, knownTrigger, webAddress, wholeNumber } from './option-parsers.ts';

describe('triggers', () => {
  it('may be typed in any case and with dashes', () => {
    expect(knownTrigger('message-delivery')).toBe('MESSAGE_DELIVERY');
    expect(eventTrigger('Opt_Out')).toBe('OPT_OUT');
  });

  it('of stored events may also be none of Sinch’s', () => {
    expect(eventTrigger('unreadable')).toBe('UNREADABLE');
    expect(() => knownTrigger('UNREADABLE')).toThrow(InvalidArgumentError);
  });

  it('that do not exist are answered with those that do', () => {
    expect(() => eventTrigger('MESSAGE_DELIVRY')).toThrow(/MESSAGE_DELIVERY\n/);
    expect(() => eventTrigger('')).toThrow(InvalidArgumentError);
  });
});

describe('numbers', () => {
  const count = wholeNumber(1, 100);

  it('are digits within bounds', () => {
    expect(count('1')).toBe(1);
    expect(count('100')).toBe(100);
  });

  it.each(['0', '101', '-1', '1e1', '1.5', '', ' 1', 'ten'])('%j is refused', (text) => {
    expect(() => count(text)).toThrow('from 1 to 100');
  });
});

describe('addresses', () => {
  it('are http or https', () => {
    expect(webAddress('https://example.com/hook')).toBe('https://example.com/hook');
    expect(() => webAddress('redis://example.com')).toThrow(InvalidArgumentError);
    expect(() => webAddress('example.com')).toThrow(InvalidArgumentError);
  });

  it('hold no password, since they are printed', () => {
    expect(() => webAddress('https://user:hidden@example.com')).toThrow(/must not hold/);
  });
});

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['60s', 60_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
  ])('%s is %i ms', (text, expected) => {
    expect(duration(0, 7_200_000)(text)).toBe(expected);
  });

  it.each(['', '60', '1.5s', '-1s', '1d', '3h', 's', '9ms'])('%j is refused', (text) => {
    expect(() => duration(10, 7_200_000)(text)).toThrow(InvalidArgumentError);
  });
});
