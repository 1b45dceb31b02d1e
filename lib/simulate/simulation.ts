// Many runs in virtual time, event by event: asked for, taken off the start queue, started, and worked through state by state, with
// AWS's quotas in the way. A run is simulated by itself; a map's batches are so many calls, of which the next step waits for all.
import type { RunLoad } from '../asl/index.ts';
import { TokenBucket } from '../support/token-bucket.ts';
import { type ArrivalsOptions, nextArrival, randomFrom } from './arrivals.ts';
import { Concurrency } from './concurrency.ts';
import { Consumers } from './consumers.ts';
import { EventQueue } from './event-queue.ts';
import { Gauges, type KeyUse, type QuotaUse } from './gauges.ts';
import { Durations, Level } from './meters.ts';
import type { Quota, Quotas } from './quotas.ts';
import { type Runs, runStore } from './run-store.ts';
import { type Work, workOf } from './work.ts';

export interface SimulationOptions {
  /** What a run of every pipeline does. */
  readonly load: RunLoad;
  readonly pipelines: number;
  /** The share of all runs that the busiest pipeline has; the others have the rest evenly. @default an even share */
  readonly hottest?: number;
  readonly arrivals: ArrivalsOptions;
  /** Runs are asked for from here, in seconds from midnight, … */
  readonly from: number;
  /** … until here. What is under way then ends. */
  readonly until: number;
  /** What is not over so many seconds later is left: `unaccounted`. @default everything comes to its end */
  readonly patience?: number;
  readonly quotas: Quotas;
  readonly seed: number;
  /** The share of start messages that can start no run. */
  readonly lost?: number;
}

export interface Outcome {
  readonly asked: number;
  readonly completed: number;
  /** Some call of theirs was throttled more often than its ladder bears. */
  readonly failed: number;
  readonly lost: number;
  /** Neither ended nor lost when everything was over: 0, unless there was no patience, or the simulation is wrong. */
  readonly unaccounted: number;
  /** From the request to the start of the execution. */
  readonly startDelay: Durations;
  /** From the request to the end. */
  readonly duration: Durations;
  readonly queue: Level;
  readonly underWay: Level;
  readonly uses: readonly QuotaUse[];
  readonly keys: readonly KeyUse[];
  /** Further tries of throttled calls: each is a transition more. */
  readonly retries: number;
  readonly events: number;
  /** When the last run ended. */
  readonly endedAt: number;
}

/** Between the end of a state and the beginning of the work of the next: an assumption. */
export const transitionSeconds = 0.03;
/** The place of dispatch among the functions: `workOf` puts it first. */
const dispatches = 0;
const [asks, serves, begins, enters, ends, comesBack] = [0, 1, 2, 3, 4, 5];

export const simulate = (options: SimulationOptions): Outcome => new Simulation(options).run();

class Simulation {
  readonly #options: SimulationOptions;
  readonly #random: () => number;
  readonly #events = new EventQueue();
  readonly #work: Work;
  readonly #runs: Runs;
  readonly #gauges: Gauges;
  readonly #consumers: Consumers;
  readonly #lambda: Concurrency;
  readonly #transitions: TokenBucket;
  readonly #puts: TokenBucket;
  readonly #startDelay = new Durations();
  readonly #duration = new Durations();
  readonly #underWay = new Level();
  #counts = { asked: 0, completed: 0, failed: 0, lost: 0, retries: 0, events: 0 };
  #now = 0;

  constructor(options: SimulationOptions) {
    const { load, pipelines, quotas, seed } = options;
    this.#options = options;
    this.#random = randomFrom(seed);
    this.#runs = runStore(load.steps.length);
    this.#gauges = new Gauges(quotas, pipelines, this.#runs);
    this.#work = workOf(load, this.#gauges.ledger);
    const { LambdaConcurrency, LambdaScaling } = quotas;
    const { most: rate, bucket = rate } = LambdaScaling;
    this.#lambda = new Concurrency(LambdaConcurrency.most, { bucket, rate });
    const bucketOf = ({ most, bucket: size = most }: Quota) => new TokenBucket(size, most);
    this.#transitions = bucketOf(quotas.StateTransition);
    this.#puts = bucketOf(quotas.PutEvents);
    this.#consumers = new Consumers({
      quotas,
      pipelines,
      from: options.from,
      work: this.#work,
      runs: this.#runs,
      gauges: this.#gauges,
      random: this.#random,
      call: (at) => this.#call(dispatches, at),
      release: () => this.#lambda.release(dispatches),
      serveAt: (at, consumer) => this.#events.add(at, serves, consumer),
      beginAt: (at, run) => this.#events.add(at, begins, run),
      comeBackAt: (at, message) => this.#events.add(at, comesBack, message),
    });
  }

  run(): Outcome {
    const { arrivals, from, until, patience = Number.POSITIVE_INFINITY } = this.#options;
    this.#events.add(nextArrival(arrivals, from, this.#random), asks, 0);
    while (this.#events.next()) {
      this.#counts.events += 1;
      const { time, kind, place, note } = this.#events;
      if (time > until + patience) break;
      this.#now = time;
      switch (kind) {
        case asks:
          this.#ask(time);
          break;
        case serves:
          this.#consumers.serve(place, time);
          break;
        case begins:
          this.#begin(place, time);
          break;
        case enters:
          this.#enter(place, note & 0xffff, note >>> 16, time);
          break;
        case ends:
          this.#end(place, note, time);
          break;
        case comesBack:
          this.#consumers.send(place, time);
          break;
      }
    }
    return this.#outcome();
  }

  #ask(at: number): void {
    const { arrivals, until, pipelines, hottest, lost = 0 } = this.#options;
    if (at >= until) return;
    this.#events.add(nextArrival(arrivals, at, this.#random), asks, 0);
    this.#counts.asked += 1;
    if (lost > 0 && this.#random() < lost) {
      // Recorded at once, and that it was told.
      this.#counts.lost += 1;
      this.#gauges.write({ own: 0, units: 2, shared: [{ family: this.#gauges.ledger.lost, units: 2 }] }, 0, 0, at);
      return;
    }
    const isHottest = hottest !== undefined && this.#random() < hottest;
    const others = hottest === undefined ? 0 : 1;
    const pipeline =
      isHottest || pipelines === 1 ? 0 : others + Math.floor(this.#random() * Math.max(1, pipelines - others));
    this.#consumers.send(this.#runs.make(pipeline, at), at);
  }

  /** An execution starts. */
  #begin(run: number, at: number): void {
    this.#startDelay.add(at - this.#runs.askedAt(run));
    this.#underWay.set(at, this.#underWay.now + 1);
    for (const [step, { needs }] of this.#work.steps.entries()) this.#runs.needs(run, step, needs);
    this.#runs.open(run, this.#work.steps.length);
    for (const step of this.#work.initial) this.#reach(run, step, at);
  }

  /** All that a step waits for has ended. */
  #reach(run: number, step: number, at: number): void {
    const found = this.#work.steps[step];
    if (!found) return;
    this.#runs.left(run, step, found.times);
    const first = Math.min(found.times, found.atOnce);
    this.#runs.toBegin(run, step, found.times - first);
    for (let n = 0; n < first; n++) this.#schedule(run, step, 0, at);
  }

  #schedule(run: number, step: number, tries: number, at: number): void {
    let wait = transitionSeconds;
    if (this.#work.steps[step]?.standard) {
      const delayed = this.#transitions.reserve(this.#now);
      if (delayed > 0) this.#gauges.inTheWay('StateTransition');
      this.#gauges.rates.StateTransition.add(this.#now);
      wait += delayed;
    }
    this.#events.add(at + wait, enters, run, step | (tries << 16));
  }

  #enter(run: number, step: number, tries: number, at: number): void {
    const found = this.#work.steps[step];
    if (!found) return;
    const pipeline = this.#runs.pipelineOf(run);
    if (found.lambda) {
      const of = this.#functionOf(found.lambda, pipeline);
      if (!this.#call(of, at)) {
        const pause = found.throttled[tries];
        if (pause !== undefined) {
          this.#counts.retries += 1;
          this.#schedule(run, step, tries + 1, at + this.#random() * pause);
          return;
        }
        this.#runs.fail(run);
        this.#done(run, step, at);
        return;
      }
    }
    this.#gauges.write(found.first, pipeline, run, at);
    this.#gauges.rates.TableReads.add(at, found.reads);
    this.#events.add(at + found.seconds, ends, run, step);
  }

  #end(run: number, step: number, at: number): void {
    const found = this.#work.steps[step];
    if (!found) return;
    const pipeline = this.#runs.pipelineOf(run);
    if (found.lambda) {
      this.#lambda.release(this.#functionOf(found.lambda, pipeline));
      this.#gauges.levels.LambdaConcurrency.set(at, this.#lambda.busy);
    }
    this.#gauges.write(found.last, pipeline, run, at);
    if (found.events > 0) {
      if (this.#puts.reserve(at, found.events) > 0) this.#gauges.inTheWay('PutEvents');
      this.#gauges.rates.PutEvents.add(at, found.events);
    }
    if (found.puts > 0) this.#gauges.rates.PrefixPuts.add(at, found.puts);
    this.#done(run, step, at);
  }

  /** One call of a step is over. */
  #done(run: number, step: number, at: number): void {
    if (this.#runs.beginNext(run, step)) this.#schedule(run, step, 0, at);
    if (this.#runs.endOne(run, step) > 0) return;
    for (const next of this.#work.steps[step]?.next ?? [])
      if (this.#runs.meet(run, next) === 0) this.#reach(run, next, at);
    if (this.#runs.close(run) > 0) return;
    this.#underWay.now -= 1;
    this.#duration.add(at - this.#runs.askedAt(run));
    this.#counts[this.#runs.hasFailed(run) ? 'failed' : 'completed'] += 1;
    const pipeline = this.#runs.pipelineOf(run);
    this.#runs.drop(run);
    if (this.#work.end) this.#consumers.send(~pipeline, at);
  }

  #call(of: number, at: number): boolean {
    const answer = this.#lambda.take(of, at);
    if (answer === 'taken') {
      this.#gauges.levels.LambdaConcurrency.set(at, this.#lambda.busy);
      return true;
    }
    this.#gauges.inTheWay(answer === 'scaling' ? 'LambdaScaling' : 'LambdaConcurrency');
    return false;
  }

  #functionOf({ shared, place }: { readonly shared: boolean; readonly place: number }, pipeline: number): number {
    return shared ? place : this.#work.shared.length + pipeline * this.#work.own.length + place;
  }

  #outcome(): Outcome {
    const { asked, completed, failed, lost, retries, events } = this.#counts;
    return {
      asked,
      completed,
      failed,
      lost,
      unaccounted: asked - completed - failed - lost,
      startDelay: this.#startDelay,
      duration: this.#duration,
      queue: this.#consumers.waiting,
      underWay: this.#underWay,
      uses: this.#gauges.uses(),
      keys: this.#gauges.keys(),
      retries,
      events,
      endedAt: this.#now,
    };
  }
}
