import type { ErasureRecords } from '@sinch-callbacks/db';
import type { ErasureLogState } from '@sinch-callbacks/operations';
import type { Settings } from '../../settings/read-settings.ts';
import { counted } from '../../terminal/format.ts';
import { type Check, failure, ok, warning } from './check.ts';

const name = 'erasure';

/** What the database and the file hold of erasures. Absent: not read. */
export interface ErasureFindings {
  readonly records?: Pick<ErasureRecords, 'running' | 'runningSince' | 'keyId'> | undefined;
  /** The id of the ERASURE_KEY here. */
  readonly keyId?: string | undefined;
  readonly log?: ErasureLogState | undefined;
}

/**
 * Says whether people can be erased, and where they must be, and which erasures would not last or
 * have not ended.
 */
export function judgeErasure(
  {
    erasure: { key, logFile },
    contactDelete: { policy },
  }: Pick<Settings, 'erasure' | 'contactDelete'>,
  { records, keyId, log }: ErasureFindings,
): Check {
  const missing = [
    ...(key === undefined ? ['ERASURE_KEY'] : []),
    ...(logFile === undefined ? ['ERASURE_LOG'] : []),
  ];
  const isAble = missing.length === 0;
  const able = isAble
    ? 'people can be erased'
    : `no one can be erased: no ${missing.join(', no ')}`;
  if (keyId && records?.keyId && records.keyId !== keyId) {
    return failure(
      name,
      'no one can be erased: this is not the ERASURE_KEY that erased people here',
      `Set that one, whose id is ${records.keyId}, here and for every process: docs/privacy.md`,
    );
  }
  if (!isAble && policy === 'erase') {
    return failure(
      name,
      `${able}, and SINCH_ON_CONTACT_DELETE is erase`,
      'Set both, here and for each worker, which does not start without: docs/privacy.md',
    );
  }
  if (log?.kind === 'unusable') {
    return failure(name, `no one can be erased: ${log.reason}`, 'More is in docs/privacy.md');
  }
  const faults = [...unfinished(records), ...notInLog(log)];
  if (faults.length === 0) return ok(name, able);
  const messages = [able, ...faults.map(({ message }) => message)];
  return warning(name, messages.join('\n'), faults.map(({ advice }) => advice).join('\n'));
}

type Fault = { readonly message: string; readonly advice: string };

function unfinished(records: ErasureFindings['records']): readonly Fault[] {
  if (!records?.runningSince) return [];
  const since = records.runningSince.toISOString();
  const have = records.running === 1 ? 'erasure has' : 'erasures have';
  return [
    {
      message: `${records.running} ${have} not ended, the oldest since ${since}`,
      advice:
        'callbacks erase --continue finishes them, with --at-sinch where that was said. One that ' +
        'runs now is among them.',
    },
  ];
}

function notInLog(log: ErasureFindings['log']): readonly Fault[] {
  if (log?.kind !== 'usable' || log.missing === 0) return [];
  return [
    {
      message: `ERASURE_LOG does not have ${counted(log.missing, 'erasure')} of this database`,
      advice: 'Another machine’s log must have them: a restore brings back whom no log has.',
    },
  ];
}
