// What a stage that failed for good means for the run.
import type { Json } from './json.ts';

/**
 * `skip`: the stage is recorded as `skipped`, as are its dependants, and the run completes. A value: the stage is recorded
 * as `completed` with it. Where there is neither, the run fails. The dead letter is kept in every case.
 */
export type OnFailure = 'skip' | { readonly value: Json };
