import { describe, expect, test } from 'vitest';
import { createRandom } from '../random.ts';
import { deliverySteps } from './delivery-steps.ts';

const random = createRandom('steps');
const many = (channel: string) => Array.from({ length: 600 }, () => deliverySteps(random, channel));
const shapes = (channel: string) =>
  new Set(
    many(channel).map((steps) => steps.map((step) => `${step.channel} ${step.status}`).join()),
  );

describe('deliverySteps', () => {
  test('SMS reports only DELIVERED or FAILED', () => {
    expect(shapes('SMS')).toEqual(new Set(['SMS DELIVERED', 'SMS FAILED']));
  });

  test('Telegram stops at QUEUED_ON_CHANNEL', () => {
    expect(shapes('TELEGRAM')).toEqual(new Set(['TELEGRAM QUEUED_ON_CHANNEL', 'TELEGRAM FAILED']));
  });

  test('WhatsApp is queued, delivered and read, may skip one, and fails outside its window', () => {
    const queued = 'WHATSAPP QUEUED_ON_CHANNEL';
    expect(shapes('WHATSAPP')).toEqual(
      new Set([
        `${queued},WHATSAPP DELIVERED`,
        `${queued},WHATSAPP DELIVERED,WHATSAPP READ`,
        `${queued},WHATSAPP READ`,
        `${queued},WHATSAPP FAILED`,
        'WHATSAPP FAILED',
      ]),
    );
    const codes = many('WHATSAPP').map(([first]) => first?.reason?.['code']);
    expect(new Set(codes)).toEqual(
      new Set([undefined, 'BAD_REQUEST', 'OUTSIDE_ALLOWED_SENDING_WINDOW']),
    );
  });

  test('RCS falls back to SMS, and may report DELIVERED long after', () => {
    const switched = 'RCS QUEUED_ON_CHANNEL,RCS SWITCHING_CHANNEL,SMS QUEUED_ON_CHANNEL';
    const found = shapes('RCS');
    expect(found).toContain(`${switched},SMS DELIVERED`);
    expect(found).toContain(`${switched},SMS FAILED`);
    expect(found).toContain(`${switched},SMS DELIVERED,RCS DELIVERED`);
    expect(found).toContain('RCS QUEUED_ON_CHANNEL,RCS DELIVERED,RCS READ');
  });

  test.each(['SMS', 'TELEGRAM', 'WHATSAPP', 'RCS', 'MESSENGER'])(
    '%s: after SWITCHING_CHANNEL always comes QUEUED_ON_CHANNEL, and each channel keeps order',
    (channel) => {
      for (const steps of many(channel)) {
        const switching = steps.findIndex(({ status }) => status === 'SWITCHING_CHANNEL');
        if (switching >= 0) expect(steps[switching + 1]?.status).toBe('QUEUED_ON_CHANNEL');
        for (const own of Map.groupBy(steps, (step) => step.channel).values()) {
          const times = own.map(({ afterMs }) => afterMs);
          expect(times).toEqual(times.toSorted((one, other) => one - other));
        }
      }
    },
  );
});
