import type { ApproveNode, Pipeline } from '../definition/index.ts';
import type { Json } from '../records/index.ts';
import { jsonSchemaOf } from './schema.ts';

/** The JSON Schema that goes with a question; undefined where the contract has none. */
export const answerSchemaOf = ({ answer }: Pick<ApproveNode, 'answer'>): Json | undefined =>
  jsonSchemaOf(answer, 'input') as Json | undefined; // JSON Schema is JSON.

/** The JSON Schema of what starts a pipeline; undefined where its contract has none. */
export const inputSchemaOf = ({ input }: Pick<Pipeline, 'input'>): Json | undefined =>
  jsonSchemaOf(input, 'input') as Json | undefined; // JSON Schema is JSON.
