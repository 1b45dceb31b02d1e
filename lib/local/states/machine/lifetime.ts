// How long a branch, an iteration or an execution is alive. After its end nothing of it goes on: promises that it awaits
// through `within` never settle, its timers are cancelled.

export class Lifetime {
  #ended = false;
  readonly #onEnd = new Set<() => void>();

  get ended(): boolean {
    return this.#ended;
  }

  /** Registers `hook` for the end; the returned function takes it back. */
  onEnd(hook: () => void): () => void {
    if (this.#ended) hook();
    else this.#onEnd.add(hook);
    return () => this.#onEnd.delete(hook);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const hook of this.#onEnd) hook();
    this.#onEnd.clear();
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

  /** A promise that `start` settles; `start` gives what undoes it at the end of this lifetime. */
  until<T>(start: (resolve: (value: T) => void, reject: (why: unknown) => void) => () => void): Promise<T> {
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
