import type { Json, Localized, Refusal } from '../../kernel/index.ts';
import type { JobView } from '../../modules/analysis/views.ts';
import type { ActorContext } from '../../modules/access/index.ts';
import type { Queryable, Transaction } from '../db/index.ts';

/**
 * Throws JobLost where the job is no longer this attempt's: its process was taken for dead and another has it. Until `tx` ends
 * nobody can take the job, so what `tx` writes is written by the job's owner.
 */
export type StillMine = (tx: Transaction) => Promise<void>;

/** What a handler works with while its job runs. */
export interface JobRun<Input> {
  readonly jobId: string;
  readonly input: Input;
  /** Who asked for it, with the division it was asked for. */
  readonly actor: ActorContext;
  /** Aborted when somebody cancels, the server stops, or another process has taken the job. */
  readonly signal: AbortSignal;
  /** 1 the first time; more when it is resumed after a crash. */
  readonly attempt: number;
  /** Says how far it is, 0 … 1. Cheap: call it as often as you like. */
  progress(fraction: number, phase: Localized): void;
  /** Throws JobCancelled once somebody has cancelled. Call it between pieces of work. */
  throwIfCancelled(): void;
  /** Call it first in every transaction that writes what a later attempt would write too. */
  readonly stillMine: StillMine;
  /**
   * Call it in the transaction that makes the outcome visible: the job is over with it, or neither is. Throws JobLost as
   * `stillMine` does. What the handler does afterwards is tidying; failing there changes nothing.
   */
  complete(tx: Transaction, result?: Json): Promise<void>;
}

/** A job whose half-made data go. */
export interface AbandonedJob<Input> {
  readonly jobId: string;
  readonly input: Input;
  readonly state: 'failed' | 'cancelled';
  readonly stillMine: StillMine;
}

/** How one kind of job is done. */
export interface JobHandler<Input = Json> {
  readonly kind: string;
  /** What becomes of a job whose process died: run again from the start (`run` must allow that), or marked failed. */
  readonly afterCrash: 'resume' | 'fail';
  /**
   * Does the work; its value is kept as the job's result where it did not call `complete`. Throw JobRefused for what a user can
   * mend.
   */
  run(job: JobRun<Input>): Promise<Json | undefined>;
  /** Tidies up after a job that failed, was cancelled or died: drop half-made data, set states. Must be fit to run twice. */
  abandoned?(job: AbandonedJob<Input>): Promise<void>;
}

/** Long work: queued in the transaction that makes it necessary, run by this or another process. */
export interface Jobs {
  /** Before `start`. */
  register<Input extends Json>(handler: JobHandler<Input>): void;
  /** Queues a job; it starts once the transaction is committed. */
  enqueue(
    tx: Transaction,
    context: ActorContext,
    job: { readonly kind: string; readonly input: Json },
  ): Promise<string>;
  /** Asks a job to stop, wherever it waits or runs; with `tx`, once that is committed. False where it is over or not there. */
  cancel(jobId: string, tx?: Transaction): Promise<boolean>;
  find(jobId: string): Promise<StoredJob | undefined>;
  /** Jobs of a kind that wait or run, oldest first. */
  active(kind: string, db?: Queryable): Promise<StoredJob[]>;
  /** Calls back with each change seen; the caller ends it. */
  subscribe(jobId: string, listener: (view: JobView) => void): () => void;
  start(): Promise<void>;
  /** Looks for waiting and cancelled jobs now: another thread or process has asked for something. */
  look(): void;
  /** Aborts what runs and waits for it; what may be resumed waits for another process, or the next start. */
  stop(): Promise<void>;
  /** Resolves when the job is over (tests, command line). */
  finished(jobId: string): Promise<StoredJob>;
}

export interface StoredJob {
  readonly view: JobView;
  readonly divisionCode: string;
  readonly actor: string;
  readonly input: Json;
  readonly result: Json;
}

/** Thrown out of a handler by `throwIfCancelled`. */
export class JobCancelled extends Error {
  override readonly name = 'JobCancelled';
}

/** Another process took this one for dead and has the job now; whatever this attempt has is worth nothing. */
export class JobLost extends Error {
  override readonly name = 'JobLost';

  constructor(jobId: string) {
    super(`job ${jobId} belongs to another process by now`);
  }
}

/** Thrown by a handler for something a user can understand and mend. */
export class JobRefused extends Error {
  override readonly name = 'JobRefused';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message.en);
    this.refusal = refusal;
  }
}
