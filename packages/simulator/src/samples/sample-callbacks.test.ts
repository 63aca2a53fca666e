import { knownTriggers, recognise } from '@sinch-callbacks/core';
import { describe, expect, test } from 'vitest';
import { sampleCallback, sampleCallbacks } from './sample-callbacks.ts';

const everyVariant = knownTriggers.flatMap((trigger) =>
  Object.keys(sampleCallbacks[trigger]).map((variant) => ({ trigger, variant })),
);

describe('sample callbacks', () => {
  test('there is one for each of the 22 triggers', () => {
    expect(Object.keys(sampleCallbacks)).toHaveLength(22);
    expect(Object.keys(sampleCallbacks).toSorted()).toEqual(knownTriggers.toSorted());
  });

  test.each(everyVariant)('$trigger, $variant: is recognised as what it is', (sample) => {
    const body = sampleCallback(sample.trigger, { seed: 'any', variant: sample.variant });

    expect(recognise(JSON.stringify(body))).toMatchObject({
      kind: 'known',
      trigger: sample.trigger,
    });
  });

  test.each(everyVariant)('$trigger, $variant: the seed decides every byte', (sample) => {
    const write = (seed: string) =>
      JSON.stringify(sampleCallback(sample.trigger, { seed, variant: sample.variant }));

    expect(write('one')).toBe(write('one'));
    expect(write('one')).not.toBe(write('other'));
  });

  test('every phone number is from the range reserved for fiction', () => {
    const bodies = everyVariant.map(({ trigger, variant }) =>
      JSON.stringify(sampleCallback(trigger, { seed: 'phones', variant })),
    );
    const numbers = bodies.flatMap((body) => body.match(/"identity":"([^"]+)"/g) ?? []);

    expect(numbers.length).toBeGreaterThan(10);
    for (const number of numbers) expect(number).toMatch(/^"identity":"155555501\d\d"$/);
  });

  test('the error for an unknown variant lists the known ones', () => {
    const choose = () => sampleCallback('OPT_IN', { seed: 'any', variant: 'maybe' });

    expect(choose).toThrow("OPT_IN has no variant 'maybe': succeeded, failed.");
  });
});
