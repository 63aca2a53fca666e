/**
 * The simulated Sinch, as a process that can be frozen. Its arguments are its port and its seed.
 */
import { usualRetryRules } from '@sinch-callbacks/simulator';
import { startSinchApi } from '@sinch-callbacks/simulator/api';
import { compress } from '../plan/plan-wave.ts';
import { simulatedAccount } from './simulated-account.ts';

const { projectId, appId, keyId, keySecret } = simulatedAccount;
const [port, seed = ''] = process.argv.slice(2);

const api = await startSinchApi({
  port: Number(port),
  seed,
  projects: [
    {
      projectId,
      keyId,
      keySecret,
      apps: [{ appId, mode: 'CONVERSATION', outboundPerSecond: 1_000 }],
    },
  ],
  faults: {
    lostAnswers: 0.1,
    hangs: 0.03,
    tooManyRequests: 0.05,
    unavailable: 0.05,
    expiredTokens: 0.05,
    reportsFirst: 0.2,
  },
  // Starting and registering have no faults: what is tested is sending, and asking afterwards.
  faultyOperations: ['send-message', 'list-messages'],
  // As in the other traffic: fast enough to catch up, and 15 tries in 34 minutes.
  delivery: {
    rate: { perSecond: 200, burst: 50 },
    retries: usualRetryRules,
    retrySignature: 'renew',
    compress,
    timeoutMs: 4_000,
  },
});
process.once('SIGTERM', () => void api.close().then(() => process.exit(0)));
