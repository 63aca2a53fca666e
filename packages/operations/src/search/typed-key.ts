import type { KeyPattern } from '@sinch-callbacks/queue';

const digestDigits = 32;
const digitsAlone = /^[0-9a-f]+$/i;
const keyAsTyped = /^(?<trigger>[A-Z_]+)\.(?<entity>[\w-]+)(?:\.(?<digits>[0-9a-f]*))?$/;
/** The end of a replay's job id. */
const replaySuffix = /\.r\d+$/;
const fewestCharacters = 3;
/** For keys without an entity, which can be found by their digest alone. */
const fewestDigits = 4;

/**
 * Reads a typed text as a full event key, its beginning, the beginning of its digest, or a replay's
 * job id. Returns `undefined` for any other text, or one too short to search by.
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
