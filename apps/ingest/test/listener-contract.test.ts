import { describeHttpContract, partsForEveryProcess } from './contract/http-contract.ts';
import { startListener } from './servers/start-ingest.ts';

describeHttpContract('the lean listener', startListener);

describeHttpContract(
  'the lean listener of two processes',
  (environment) => startListener({ ...environment, INGEST_PROCESSES: '2' }),
  partsForEveryProcess,
);
