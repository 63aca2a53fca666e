import { describeHttpContract } from './http-contract.ts';
import { startListener } from './start-listener.ts';

describeHttpContract('the lean listener', startListener);
