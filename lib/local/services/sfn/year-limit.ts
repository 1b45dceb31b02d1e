// AWS: a Standard execution runs for a year at most. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
import type { Clock } from '../../clock.ts';

const YEAR_MS = 365 * 86_400_000;

/** An execution that runs. */
interface Running {
  readonly execution: { readonly identity: { readonly timedFrom: number } };
  readonly drive: { timeOut(): void };
}

/** One timer for all executions, for the one that has run for longest. */
export class YearLimit {
  readonly #clock: Clock;
  readonly #running: () => Iterable<Running>;
  #dueMs = Number.POSITIVE_INFINITY;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, running: () => Iterable<Running>) {
    this.#clock = clock;
    this.#running = running;
  }

  /** To be called for every execution that begins, or is taken up. */
  watch(sinceMs: number): void {
    const dueMs = sinceMs + YEAR_MS;
    if (dueMs >= this.#dueMs) return;
    this.#cancel();
    this.#dueMs = dueMs;
    this.#cancel = this.#clock.after(Math.max(0, dueMs - this.#clock.now()), () => this.#look(), 'limit');
  }

  close(): void {
    this.#cancel();
  }

  #look(): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
    const latest = this.#clock.now() - YEAR_MS;
    for (const { execution, drive } of [...this.#running()])
      if (execution.identity.timedFrom <= latest) drive.timeOut();
      else this.watch(execution.identity.timedFrom);
  }
}
