import { describe, expect, it } from 'vitest';
import { parseCliConfig } from '../cli-config.ts';
import type { Environment } from '../read-config.ts';
import { parseWorkerConfig } from '../worker-config.ts';

const DATABASE_URL = 'postgres://sinch@localhost/sinch';

function parse(given: Environment): unknown {
  const worker = parseWorkerConfig({ ...given, DATABASE_URL });
  const cli = parseCliConfig(given);
  if (worker.kind === 'valid' && cli.kind === 'valid') {
    expect(cli.config.retention).toEqual(worker.config.retention);
    return worker.config.retention;
  }
  expect(cli).toEqual(worker);
  return worker.kind === 'invalid' ? worker.message : worker;
}

describe('the days of retention', () => {
  it('are absent by default, and blank ones count as absent', () => {
    const nothing = { tableDays: {} };
    expect(parse({})).toEqual(nothing);
    expect(parse({ RETENTION_DAYS: ' ', GUARD_DAYS: '', RETENTION_PROJECTIONS_DAYS: '' })).toEqual(
      nothing,
    );
  });

  it('are read, each with its meaning', () => {
    const given = {
      RETENTION_DAYS: '8',
      GUARD_DAYS: '8',
      RETENTION_PROJECTIONS_DAYS: ' outbound:400, message : 730 ',
      REDACT_AFTER_DAYS: '36500',
    };
    expect(parse(given)).toEqual({
      eventDays: 8,
      guardDays: 8,
      tableDays: { message: 730, outbound: 400 },
      redactAfterDays: 36_500,
    });
  });

  it.each(['RETENTION_DAYS', 'GUARD_DAYS', 'REDACT_AFTER_DAYS'])(
    '%s under what is needed stops the start, and says what needs it',
    (name) => {
      for (const value of ['7', '0', '36501', '-1', '30d', 'x']) {
        const message = parse({ RETENTION_DAYS: '8', [name]: value });
        expect(message).toContain(`- ${name} must be a whole number of days from 8 to 36500`);
        expect(message).toContain('forward, recheck and rotate need up to a week');
      }
    },
  );

  it('that contradict each other stop the start, and say what to do', () => {
    expect(parse({ RETENTION_DAYS: '90', GUARD_DAYS: '89' })).toMatch(
      /GUARD_DAYS must be at least RETENTION_DAYS, .*: raise it, or remove it/,
    );
    expect(parse({ GUARD_DAYS: '89' })).toMatch(/RETENTION_DAYS must be set where GUARD_DAYS is/);
    const outbound = { RETENTION_PROJECTIONS_DAYS: 'outbound:100' };
    expect(parse({ ...outbound, RETENTION_DAYS: '101' })).toMatch(
      /must keep outbound for at least/,
    );
    const both = { ...outbound, RETENTION_DAYS: '90' };
    expect(parse({ ...both, GUARD_DAYS: '101' })).toMatch(/must keep outbound for at least/);
    expect(parse({ ...both, GUARD_DAYS: '100' })).toMatchObject({ tableDays: { outbound: 100 } });
  });

  it.each(
    ['message', 'message:7', 'message:x', 'contact:90', 'consent_event:90', 'all:90'].concat([
      'message:90,message:91',
      'message:90,',
      'message:90;record:90',
    ]),
  )('of projections are refused as %s, with the tables that there are', (value) => {
    const message = parse({ RETENTION_PROJECTIONS_DAYS: value });
    expect(message).toContain('RETENTION_PROJECTIONS_DAYS must be tables with their days');
    expect(message).toContain('message, message_analysis, conversation');
  });
});
