import { findMovers } from '../../../lib/pipelines/customer-intelligence/terms/find-movers.ts';
import { movers } from '../../../lib/pipelines/customer-intelligence/trends/contracts.ts';
import { stageHandler } from '../../../lib/runtime/index.ts';

/** Risers, and fallers, at most. */
const shown = 6;

export const handler = stageHandler(movers, async ({ input }) => findMovers(input.days, input.terms, shown));
