import { classifyFailure } from '@sinch-callbacks/db';
import type { SenderEvents } from '@sinch-callbacks/outbound';
import {
  appFailed,
  appRead,
  type Logger,
  messageSent,
  messagesExpired,
  messagesFound,
  messagesResent,
  type OutageTracker,
  senderErred,
  sendersLost,
  sendingPaused,
} from '@sinch-callbacks/telemetry';
import type { SenderMetrics } from '@sinch-callbacks/telemetry/sender-metrics';

/** Writes what a sender reports to the log and the metrics. */
export function senderEventsOf(
  logger: Logger,
  metrics: Pick<SenderMetrics, 'messageSent' | 'messagesExpired'>,
  outage: Pick<OutageTracker, 'recordFailure' | 'recordSuccess'>,
): SenderEvents {
  return {
    sent({ message, ...facts }) {
      metrics.messageSent(facts.state);
      // Without the key: it is the caller's, who may have put an order or a name into it.
      messageSent(logger, { outboundId: message.id, attempt: message.attempts, ...facts });
    },
    appFailed: (error) => appFailed(logger, { error }),
    appRead: (facts) => appRead(logger, facts),
    paused: (facts) => sendingPaused(logger, facts),
    holdersLost: (messages) => sendersLost(logger, { messages }),
    found: (messages) => messagesFound(logger, { messages }),
    expired(messages) {
      metrics.messagesExpired(messages);
      messagesExpired(logger, { messages });
    },
    resent: (messages) => messagesResent(logger, { messages }),
    databaseFailed(error) {
      // Another error of a statement is a bug, and no outage.
      if (classifyFailure(error) !== 'infrastructure') senderErred(logger, { error });
      else outage.recordFailure(error instanceof Error ? error : new Error(String(error)));
    },
    databaseAnswered: () => outage.recordSuccess(),
    failed: (error) => senderErred(logger, { error }),
  };
}
