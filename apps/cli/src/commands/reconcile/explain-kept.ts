import type { KeptMessages } from '@sinch-callbacks/operations';
import { counted, oneLine } from '../../terminal/format.ts';

/** What Sinch has no list of, so that no command can find it. */
export const neverKnown =
  'missed delivery reports, opt-ins and opt-outs, contact and conversation changes, and events';

const stores = { CONVERSATION_SOURCE: 'CONVERSATION', DISPATCH_SOURCE: 'DISPATCH' } as const;

/** Explains what can be known of an app's messages, and how to change that where it is nothing. */
export function explainKept(kept: KeptMessages): string[] {
  const { processingMode: mode, sendsInbound, sendsSubmits } = kept;
  if (kept.stores.length === 0) {
    return [
      `nothing can be known: the app is in ${oneLine(mode ?? 'an unknown')} mode, and Sinch keeps none of its messages`,
      'Set the app’s dispatch_retention_policy to 1 to 7 days, or its processing_mode to',
      'CONVERSATION. Either holds for the messages from then on.',
    ];
  }
  const ofStores = kept.stores.map(({ source, days }) => {
    const age = days === undefined ? 'for its own time' : `for ${counted(days, 'day')}`;
    return `Sinch keeps ${stores[source]} messages ${age}, and older ones cannot be found`;
  });
  return [
    ...ofStores,
    ...(sendsInbound ? [] : ['no webhook has MESSAGE_INBOUND, so that each of these is missed']),
    ...(sendsSubmits ? [] : ['no webhook has MESSAGE_SUBMIT: messages to contacts not compared']),
  ];
}
