import { answerInWorker } from '../../../platform/jobs/answer-in-worker.ts';
import { copyLayerWith, loadGdal, type FileGdbAnswer, type FileGdbTask } from './filegdb-copy.server.ts';

// GDAL in WebAssembly never gives memory back, so it lives in this thread, which is ended after one task.
answerInWorker<FileGdbTask, FileGdbAnswer>(async (task) => ({
  value: await copyLayerWith(await loadGdal(task.target), task),
  transfer: [],
}));
