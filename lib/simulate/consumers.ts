// The start queue and those who take from it: dispatch, some calls at once, one message after the other.
import { manifestKeptSeconds, startQueue } from '../records/index.ts';
import { TokenBucket } from '../support/token-bucket.ts';
import type { Gauges } from './gauges.ts';
import { Level } from './meters.ts';
import type { Quota, Quotas } from './quotas.ts';
import type { Runs } from './run-store.ts';
import type { Work } from './work.ts';

/** What dispatch does for one message: the estimate's for a call of an operator. */
const dispatchSeconds = 0.1;
/** So long a call of dispatch waits for a throttled service by itself; then the message goes back. */
const patience = 6;
/** The pause of a message that goes back, at most. */
const longestPause = startQueue.longestPauseSeconds;

/** A run to start, or `~pipeline` of one that has ended. */
export type Message = number;

/** What consumers need of the world around. */
export interface Surroundings {
  readonly quotas: Quotas;
  readonly pipelines: number;
  /** When the simulation begins. */
  readonly from: number;
  readonly work: Work;
  readonly runs: Runs;
  readonly gauges: Gauges;
  random(): number;
  /** Takes room for a call of dispatch, and gives it back. */
  call(at: number): boolean;
  release(): void;
  /** The consumer goes on at that time. */
  serveAt(at: number, consumer: number): void;
  beginAt(at: number, run: number): void;
  comeBackAt(at: number, message: Message): void;
}

interface Consumer {
  idle: boolean;
  /** Of a call of dispatch. */
  holds: boolean;
  left: number;
  tries: number;
  /** When it has read the manifest of each pipeline. */
  readonly manifests: Float64Array;
}

const bucketOf = ({ most, bucket = most }: Quota): TokenBucket => new TokenBucket(bucket, most);

export class Consumers {
  readonly waiting = new Level();
  readonly #around: Surroundings;
  readonly #starts: TokenBucket;
  readonly #parameters: TokenBucket;
  readonly #consumers: readonly Consumer[];
  #messages: Message[] = [];
  #head = 0;

  constructor(around: Surroundings) {
    this.#around = around;
    const { quotas, pipelines, from } = around;
    this.#starts = bucketOf(quotas.StartExecution);
    this.#parameters = bucketOf(quotas.GetParameter);
    this.#consumers = Array.from({ length: quotas.Consumers.most }, () => ({
      idle: true,
      holds: false,
      left: 0,
      tries: 0,
      // It has been at work before: some of them it still has.
      manifests: Float64Array.from({ length: pipelines }, () => from - 2 * manifestKeptSeconds * around.random()),
    }));
  }

  send(message: Message, at: number): void {
    this.#messages.push(message);
    this.waiting.set(at, this.#messages.length - this.#head);
    const place = this.#consumers.findIndex(({ idle }) => idle);
    const found = this.#consumers[place];
    if (!found) return;
    found.idle = false;
    this.#around.serveAt(at, place);
  }

  /** One message after the other, up to a batch at a call. */
  serve(place: number, at: number): void {
    const consumer = this.#consumers[place];
    if (!consumer) return;
    const isEmpty = this.#head === this.#messages.length;
    if (consumer.holds && (isEmpty || consumer.left === 0)) {
      this.#around.release();
      consumer.holds = false;
    }
    if (isEmpty) {
      consumer.idle = true;
      this.#measure(at);
      return;
    }
    if (!consumer.holds && !this.#around.call(at)) {
      // Lambda comes back with the batch, more and more slowly.
      consumer.tries += 1;
      this.#around.serveAt(at + this.#around.random() * Math.min(30, 2 ** consumer.tries), place);
      return;
    }
    if (!consumer.holds) consumer.left = startQueue.batch;
    consumer.holds = true;
    consumer.tries = 0;
    consumer.left -= 1;
    this.#measure(at);
    const message = this.#messages[this.#head++] as Message; // it is not empty
    if (this.#head > 65_536) {
      this.#messages = this.#messages.slice(this.#head);
      this.#head = 0;
    }
    this.waiting.now = this.#messages.length - this.#head;
    this.#around.serveAt(at + this.#take(message, consumer, at), place);
  }

  /** What dispatch does for a message; gives how long it takes. */
  #take(message: Message, { manifests }: Consumer, at: number): number {
    const { gauges, runs, work } = this.#around;
    const pipeline = message < 0 ? ~message : runs.pipelineOf(message);
    let waited = 0;
    if (at - (manifests[pipeline] as number) > manifestKeptSeconds) {
      waited = this.#parameters.waitFor(at);
      if (waited > 0) gauges.inTheWay('GetParameter');
      if (waited > patience) return this.#putBack(message, at);
      this.#parameters.reserve(at);
      gauges.rates.GetParameter.add(at);
      manifests[pipeline] = at;
    }
    if (message < 0) {
      if (work.end) gauges.write(work.end, pipeline, 0, at);
      return waited + dispatchSeconds;
    }
    const wait = this.#starts.waitFor(at);
    if (wait > 0) gauges.inTheWay('StartExecution');
    if (wait > patience) return this.#putBack(message, at);
    this.#starts.reserve(at);
    gauges.rates.StartExecution.add(at);
    gauges.rates.TableReads.add(at, work.startReads);
    gauges.write(work.start, pipeline, message, at);
    const takes = waited + wait + dispatchSeconds;
    this.#around.beginAt(at + takes, message);
    return takes;
  }

  /** It was throttled: it comes back as a new message, later. */
  #putBack(message: Message, at: number): number {
    const { random, runs } = this.#around;
    const times = message < 0 ? 1 : runs.again(message);
    const pause = Math.min(longestPause, startQueue.firstPauseSeconds * 2 ** (times - 1));
    this.#around.comeBackAt(at + patience + random() * pause, message);
    return patience;
  }

  #measure(at: number): void {
    const busy = this.#consumers.reduce((sum, { holds }) => sum + (holds ? 1 : 0), 0);
    this.#around.gauges.levels.Consumers.set(at, busy);
    this.#around.gauges.levels.InFlight.set(at, busy * startQueue.batch);
  }
}
