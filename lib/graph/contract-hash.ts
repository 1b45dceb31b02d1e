import type { Stage } from '../definition/index.ts';
import { canonicalJson } from '../support/canonical-json.ts';
import { sha256 } from '../support/sha256.ts';
import { jsonSchemaOf } from './schema.ts';

/**
 * A short hash of what a contract takes and gives. A side that its library cannot write as JSON Schema does not count: a
 * change there is one of code.
 */
export const contractHash = ({ input, output }: Stage): string =>
  sha256(canonicalJson([jsonSchemaOf(input, 'input') ?? null, jsonSchemaOf(output, 'output') ?? null])).slice(0, 12);
