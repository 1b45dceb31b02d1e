// How long a branch, an iteration or an execution is alive. After its end nothing of it goes on: promises that it awaits
// through `within` never settle, its timers are cancelled, and what would still be written throws.

/** What code awaits that belongs to an ended lifetime. */
export const forever = (): Promise<never> => new Promise(() => undefined);

/** Thrown at what would still write after its end, such as an expression that was being worked out. Nobody waits for it. */
export class Ended extends Error {}

export class Lifetime {
  #ended = false;
  #onEnd: Set<() => void> | undefined;

  get ended(): boolean {
    return this.#ended;
  }

  /** Throws Ended after the end. */
  check(): void {
    if (this.#ended) throw new Ended();
  }

  /** Registers `hook` for the end; the returned function takes it back. */
  onEnd(hook: () => void): () => void {
    if (this.#ended) hook();
    else {
      this.#onEnd ??= new Set();
      this.#onEnd.add(hook);
    }
    return () => this.#onEnd?.delete(hook);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const hooks = this.#onEnd;
    this.#onEnd = undefined;
    for (const hook of hooks ?? []) hook();
  }

  /** A lifetime that ends with this one, or before. */
  child(): Lifetime {
    const child = new Lifetime();
    child.onEnd(this.onEnd(() => child.end()));
    return child;
  }

  within<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => !this.#ended && resolve(value),
        (why: unknown) => !this.#ended && reject(why),
      );
    });
  }

  /** A promise that `start` settles; `start` gives what undoes it at the end of this lifetime. Not called after that end. */
  until<T>(start: (resolve: (value: T) => void, reject: (why: unknown) => void) => () => void): Promise<T> {
    if (this.#ended) return forever();
    return new Promise((resolve, reject) => {
      const forget = this.onEnd(() => undo());
      const undo = start(
        (value) => {
          forget();
          if (!this.#ended) resolve(value);
        },
        (why) => {
          forget();
          if (!this.#ended) reject(why);
        },
      );
    });
  }
}
