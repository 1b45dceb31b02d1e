// How far the compensation of a run is, in the run's record.
import {
  type Compensation,
  firstLookSeconds,
  openIndex,
  openIndexKey,
  type RunAccount,
  type RunRecord,
  runKey,
} from '../records/index.ts';
import type { Table } from './table.ts';

/** One execution of a run's compensation. */
export interface CompensationAddress extends Pick<Compensation, 'generation' | 'round'> {
  readonly pipeline: string;
  readonly run: string;
}

export interface Compensations {
  /** `pending` to `running`; a repeat of the same execution gets the record again. Undefined when it has ended, or is another's. */
  start(at: CompensationAddress, facts: Compensation & { readonly execution: string }): Promise<RunRecord | undefined>;
  /** Ends one that has not ended, `account` being what the run has spent by then. Undefined when it has, or when the run has gone on. */
  end(at: CompensationAddress, facts: Compensation, account: RunAccount): Promise<RunRecord | undefined>;
  /** One that failed, to `pending` again for what is left, in the next round. Undefined when it is under way or the run has gone on. */
  again(at: CompensationAddress, facts: Compensation): Promise<RunRecord | undefined>;
}

const isRound = '#compensation.#generation = :generation AND #compensation.#round = :round';

export const openCompensations = (table: Table): Compensations => {
  const update = (
    { pipeline, run, generation, round }: CompensationAddress,
    compensation: Compensation,
    condition: string,
    values: { readonly [name: string]: unknown },
    open: { readonly set?: object; readonly remove?: readonly string[] } = {},
  ) =>
    table.update<RunRecord>({
      key: runKey(pipeline, run),
      set: { compensation, ...open.set },
      ...(open.remove ? { remove: open.remove } : {}),
      condition: `${isRound} AND ${condition}`,
      values: { generation, round, ...values },
    });
  return {
    start: (at, facts) =>
      update(
        at,
        { ...facts, status: 'running' },
        '(#compensation.#status = :pending OR (#compensation.#status = :running AND #compensation.#execution = :execution))',
        { pending: 'pending', running: 'running', execution: facts.execution },
      ),
    end: (at, facts, account) =>
      update(
        at,
        facts,
        '#compensation.#status IN (:pending, :running)',
        { pending: 'pending', running: 'running' },
        { set: { account }, remove: [openIndex.pk, openIndex.sk] },
      ),
    again: (at, facts) => {
      const lookAt = new Date(Date.parse(facts.askedAt) + firstLookSeconds * 1_000).toISOString();
      const set = openIndexKey(at.pipeline, at.run, lookAt);
      return update(at, facts, '#compensation.#status = :failed', { failed: 'failed' }, { set });
    },
  };
};
