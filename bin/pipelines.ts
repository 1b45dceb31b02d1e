// The pipelines of this app. Add your own here: synth, the CLI and the local engine all read this list.
import type { Pipeline } from '../lib/definition/index.ts';
import { customerIntelligence } from '../lib/pipelines/customer-intelligence/index.ts';

export const pipelines: readonly Pipeline[] = [...customerIntelligence];
