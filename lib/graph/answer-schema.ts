import type { ApproveNode } from '../definition/index.ts';
import type { Json } from '../records/index.ts';
import { jsonSchemaOf } from './schema.ts';

/** The JSON Schema that goes with a question; undefined where the contract has none. */
export const answerSchemaOf = ({ answer }: Pick<ApproveNode, 'answer'>): Json | undefined =>
  jsonSchemaOf(answer, 'input') as Json | undefined; // JSON Schema is JSON.
