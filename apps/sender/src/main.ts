import { startSenderProcess } from './process/start-sender-process.ts';

await startSenderProcess();
