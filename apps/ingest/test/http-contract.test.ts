import { afterAll } from 'vitest';
import { deployNext } from './deploy-next.ts';
import { describeHttpContract } from './http-contract.ts';

const deployment = await deployNext();
afterAll(() => deployment.remove());

describeHttpContract('Next, as it is deployed,', deployment.start);
