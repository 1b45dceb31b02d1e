// The limits of Step Functions, as rules over what was compiled. Order is the order of the messages.
import type { Diagnostic } from '../../definition/index.ts';
import type { PipelineGraph } from '../../graph/index.ts';
import type { Estimate } from '../estimate/estimate.ts';
import { controlValuesAreBounded } from './control-values-are-bounded.ts';
import { deadlinesCanBeMet } from './deadlines-can-be-met.ts';
import { definitionFits } from './definition-fits.ts';
import { expressEndsInTime } from './express-ends-in-time.ts';
import { expressIsPossible } from './express-is-possible.ts';
import { expressRetriesFit } from './express-retries-fit.ts';
import { historyFits } from './history-fits.ts';
import { payloadFits } from './payload-fits.ts';
import type { LimitRule } from './rule.ts';

const rules: readonly LimitRule[] = [
  historyFits,
  definitionFits,
  payloadFits,
  controlValuesAreBounded,
  expressIsPossible,
  expressEndsInTime,
  expressRetriesFit,
  deadlinesCanBeMet,
];

/** Every limit that a run breaks, as an error, or may break, as a warning. */
export const checkLimits = (graph: PipelineGraph, estimate: Estimate): readonly Diagnostic[] =>
  rules.flatMap((rule) => rule({ graph, estimate }));
