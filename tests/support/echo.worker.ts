import { answerInWorker } from '../../src/platform/jobs/answer-in-worker.ts';

/** A worker for the tests of `runInWorker`: doubles numbers, says each, fails or hangs when told. */
answerInWorker<{ readonly numbers: Float64Array; readonly mood?: 'fail' | 'hang' }, Float64Array, number>(
  ({ numbers, mood }, say) => {
    if (mood === 'fail') throw new Error('told to fail');
    while (mood === 'hang');
    const doubled = numbers.map((number) => number * 2);
    doubled.forEach((number) => say(number));
    return { value: doubled, transfer: [doubled.buffer] };
  },
);
