/** Channels whose identities are phone numbers. */
const phoneChannels = new Set(['SMS', 'MMS', 'RCS', 'WHATSAPP', 'VIBERBM']);

const numberAsWritten = /^\+?[\d .()/-]+$/;
const digit = /\d/;

/**
 * Normalises an identity: on a phone channel, the digits of a text that is a plus, digits and
 * separators. Everything else, such as a sender's name, stays as sent.
 *
 * A leading 00 stays too: no callback writes a plus that way. Normalising twice changes nothing.
 */
export function normaliseIdentity(channel: string, identity: string): string {
  const isNumber =
    phoneChannels.has(channel) && numberAsWritten.test(identity) && digit.test(identity);
  if (!isNumber) return identity;
  return identity.replaceAll(/\D/g, '');
}
