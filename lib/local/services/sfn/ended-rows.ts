// The rows of executions that ended lately: who starts one asks for it as soon as it has ended. And who waits for those that have not.
import type { Lifetime } from '../../states/machine/lifetime.ts';
import type { ExecutionRow } from './execution-rows.ts';

const MOST = 256;
const LONGEST = 16_384; // characters of input and output: what is larger is read again

export class EndedRows {
  readonly #rows = new Map<string, ExecutionRow>();

  add(row: ExecutionRow): void {
    if (row.input.length + (row.output?.length ?? 0) > LONGEST) return;
    this.#rows.set(row.arn, row);
    const [oldest] = this.#rows.keys();
    if (this.#rows.size > MOST && oldest !== undefined) this.#rows.delete(oldest);
  }

  get(arn: string): ExecutionRow | undefined {
    return this.#rows.get(arn);
  }

  delete(arn: string): void {
    this.#rows.delete(arn);
  }
}

/** Who waits for which executions to end. */
export class AwaitedEnds {
  readonly #waiting = new Map<string, Set<(row: ExecutionRow) => void>>();

  of(arn: string, lifetime: Lifetime): Promise<ExecutionRow> {
    return lifetime.until((resolve) => {
      const waiting = this.#waiting.get(arn) ?? new Set();
      this.#waiting.set(arn, waiting);
      waiting.add(resolve);
      return () => waiting.delete(resolve);
    });
  }

  tell(ended: ExecutionRow): void {
    const waiting = this.#waiting.get(ended.arn);
    this.#waiting.delete(ended.arn);
    for (const tell of waiting ?? []) tell(ended);
  }
}
