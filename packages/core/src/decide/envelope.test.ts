import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRawBody } from '../events/raw-body.ts';
import { envelopeInText, envelopeOf } from './envelope.ts';

const read = (body: object | string) =>
  envelopeOf(encodeRawBody(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))));

const times = { accepted_time: '2026-01-02T03:04:05Z', event_time: 'never' };
const wanted = {
  envelope: {
    appId: '01APP',
    projectId: 'p',
    acceptedTime: '2026-01-02T03:04:05.000000Z',
    eventTime: undefined,
  },
  unreadableTimes: ['event_time'],
};

describe('envelopeOf', () => {
  it('reads app, project, times and id of a report that lacks its status', () => {
    const report = { message_id: '01MSG' };
    const body = { app_id: '01APP', project_id: 'p', ...times, message_delivery_report: report };
    expect(read(body)).toEqual({ ...wanted, entityId: '01MSG' });
    expect(read(`\ufeff${JSON.stringify(body)}`)).toEqual({ ...wanted, entityId: '01MSG' });
  });

  it.each([
    [{ brand_new: { message_id: 'm', id: 'x' } }, 'm'],
    [{ brand_new: { id: 'x', contact_id: 'c' } }, 'x'],
    [{ brand_new: { contact: { id: 'x' } } }, 'x'],
    [{ one: { contact_id: 'c' }, other: { message_id: 'm' } }, 'm'],
    [{ message: { id: 'a' }, event: { id: 'b' } }, 'a'],
    [{ brand_new: 'x' }, undefined],
  ])('finds the id in a body of an unknown trigger: %j', (body, entityId) => {
    expect(read(body).entityId).toBe(entityId);
  });

  it('takes what it can from a body that was cut off', () => {
    const whole = JSON.stringify({
      app_id: '01APP',
      project_id: 'p',
      ...times,
      message_delivery_report: { message_id: '01MSG', status: 'DELIVERED' },
    });
    expect(read(whole.slice(0, -5))).toEqual({ ...wanted, entityId: '01MSG' });
    expect(envelopeInText(encodeRawBody(Buffer.from(whole)))).toEqual({
      ...wanted,
      entityId: '01MSG',
    });
  });

  it('names an accept_time that cannot be read', () => {
    expect(read({ message: { accept_time: 'soon' } }).unreadableTimes).toEqual(['accept_time']);
  });

  it('never throws, whatever the bytes', () => {
    const anyBody = fc.oneof(fc.json(), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(anyBody, (body) => {
        expect(read(body).envelope).toBeDefined();
      }),
      { numRuns: 500 },
    );
  });
});
