// How runs of a pipeline may overlap.
import type { Overlap } from '../records/index.ts';

export interface AdmissionOptions {
  /**
   * What becomes of a start while as many runs as may be are under way: it waits in a `queue`, in the order of asking; it is
   * not started but recorded as `skipped`; or it takes the place of the oldest run, which is stopped. `allow` knows no limit.
   * @default 'queue' where maxRuns or maxQueued is given, else 'allow'
   */
  readonly overlap?: Overlap | 'allow';
  /** Runs of the pipeline under way at once. @default 1, but for `allow` no limit */
  readonly maxRuns?: number;
  /** Runs that may wait; a further one is recorded as `skipped`. @default 100 */
  readonly maxQueued?: number;
}

/** The options as they hold, with what was not said filled in. Undefined: runs are not limited. */
export const admissionOf = ({
  overlap,
  maxRuns,
  maxQueued,
}: AdmissionOptions): Required<AdmissionOptions> | undefined => {
  if (maxRuns === undefined && maxQueued === undefined && (overlap ?? 'allow') === 'allow') return undefined;
  return { overlap: overlap ?? 'queue', maxRuns: maxRuns ?? 1, maxQueued: maxQueued ?? 100 };
};
