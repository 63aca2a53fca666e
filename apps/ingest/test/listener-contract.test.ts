import { describeHttpContract, partsForEveryProcess } from './http-contract.ts';
import { startListener } from './start-listener.ts';

describeHttpContract('the lean listener', startListener);

describeHttpContract(
  'the lean listener of two processes',
  (environment) => startListener({ ...environment, INGEST_PROCESSES: '2' }),
  partsForEveryProcess,
);
