import { parentPort } from 'node:worker_threads';
import { assert } from '../../kernel/index.ts';
import { stepBack } from '../../platform/jobs/step-back.ts';
import { type PyramidAnswer, type PyramidRequest, PyramidWork } from './pyramid-work.server.ts';

assert(parentPort !== null, 'this file is a worker');
stepBack(10);
const port = parentPort;
const work = new PyramidWork();

port.on('message', (request: PyramidRequest) => {
  if (request.kind === 'batch') {
    work.add(request.batch);
    return;
  }
  const answer: PyramidAnswer = work.next();
  port.postMessage(
    answer,
    answer.rows.map(({ content }) => content.buffer as ArrayBuffer),
  );
});
