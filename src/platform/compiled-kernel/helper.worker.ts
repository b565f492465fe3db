import { workerData } from 'node:worker_threads';
import { serveKernel } from '../../geometry/compiled/index.ts';
import { type HelperTask, instantiate } from './index.ts';

const { module, memory, number } = workerData as HelperTask;
serveKernel({ exports: instantiate(module, memory), memory }, number);
