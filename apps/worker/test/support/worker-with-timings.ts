import { runWorker } from '../../src/run-worker.ts';
import { defaultWorkerTimings, type WorkerTimings } from '../../src/worker-timings.ts';

/** The worker as it is, with the timings of its first argument. */
const changes = JSON.parse(process.argv[2] ?? '{}') as Partial<WorkerTimings>;

await runWorker({ ...defaultWorkerTimings, ...changes });
