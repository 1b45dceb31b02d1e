/**
 * What a further execution of a run does again. It is kept in the run's record, so that whoever finds it half carried out
 * can carry on.
 */
export interface ResumeOrder {
  /** Equal orders have equal ids: asking twice is asking once. */
  readonly id: string;
  /** Counts the executions of the run; the one that this order makes. */
  readonly generation: number;
  /** Stages to be done again, whatever they gave before. */
  readonly again: readonly string[];
  /** Stages below those: done again unless code, contract and input turn out as they were. */
  readonly below: readonly string[];
  /** Of map stages: the items to be done again, or all that failed. Other items keep their outcomes. */
  readonly items: { readonly [stage: string]: readonly number[] | 'failed' };
  readonly by: string;
  readonly reason: string;
}
