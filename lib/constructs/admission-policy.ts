import type { Pipeline } from '../definition/index.ts';
import type { AdmissionPolicy } from '../records/index.ts';

/** How `dispatch` limits the runs of a pipeline; undefined where they are not. The rules refuse `allow` with a limit. */
export const admissionPolicy = ({ admission }: Pipeline): AdmissionPolicy | undefined =>
  admission && admission.overlap !== 'allow' ? { ...admission, overlap: admission.overlap } : undefined;
