import type { KeyPattern } from '@sinch-callbacks/queue';

const digestDigits = 32;
const digitsAlone = /^[0-9a-f]+$/i;
const keyAsTyped = /^(?<trigger>[A-Z_]+)\.(?<entity>[\w-]+)(?:\.(?<digits>[0-9a-f]*))?$/;
/** Of the job id of a replay. */
const replaySuffix = /\.r\d+$/;
const fewestCharacters = 3;
/** For keys without an entity, which have nothing else to be found by. */
const fewestDigits = 4;

/**
 * What a person typed, as a full event key, its beginning, or the beginning of its digest; a job
 * id of a replay too. `undefined` where it is none, or too little to find anything by.
 */
export function readTypedKey(text: string): KeyPattern | undefined {
  const typed = text.trim();
  if (digitsAlone.test(typed)) return { digest: typed.toLowerCase().slice(0, digestDigits) };
  const beginning = typed.replace(replaySuffix, '');
  const { entity = '', digits = '' } = keyAsTyped.exec(beginning)?.groups ?? {};
  // The digest alone makes an event what it is, whatever its trigger was taken for.
  if (digits.length >= digestDigits) {
    return { key: beginning, digest: digits.slice(0, digestDigits) };
  }
  const isEnough =
    digits.length >= fewestDigits || (entity.split('_')[0] ?? '').length >= fewestCharacters;
  if (!isEnough) return undefined;
  return digits === '' ? { beginning } : { beginning, digest: digits };
}
