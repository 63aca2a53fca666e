/** The messages that phones received, by phone: the newest ones. */
export interface PhoneMemory {
  add(phone: string, message: PhoneMessage): void;
  /** Counts the messages that are no longer known. */
  forgotten(): number;
  snapshot(): Record<string, readonly PhoneMessage[]>;
}

/**
 * A message that a phone received: it is counted when the send is accepted, if it will not expire.
 */
export interface PhoneMessage {
  readonly messageId: string;
  readonly metadata: string;
  /** The beginning of the text of a text message, else `''`. */
  readonly text: string;
  /** True for a message whose last report is FAILED. */
  readonly failed: boolean;
}

/** More than any test sends, and little enough for days of sending. */
const maxMessages = 200_000;
const maxTextLength = 4_096;

/** @param most the messages that are known at least; up to a tenth more are. */
export function createPhoneMemory(most = maxMessages): PhoneMemory {
  const phones = new Map<string, PhoneMessage[]>();
  /** The phone of each message, in the order of their coming. */
  const order: string[] = [];
  let forgotten = 0;

  function forgetOldest(): void {
    const oldest = order.splice(0, order.length - most);
    forgotten += oldest.length;
    for (const [phone, messages] of Map.groupBy(oldest, (name) => name)) {
      const received = phones.get(phone) ?? [];
      received.splice(0, messages.length);
      if (received.length === 0) phones.delete(phone);
    }
  }

  return {
    add(phone, message) {
      const received = phones.get(phone) ?? [];
      received.push({ ...message, text: message.text.slice(0, maxTextLength) });
      phones.set(phone, received);
      order.push(phone);
      if (order.length > most * 1.1) forgetOldest();
    },
    forgotten: () => forgotten,
    snapshot: () =>
      Object.fromEntries([...phones].map(([phone, received]) => [phone, [...received]])),
  };
}
