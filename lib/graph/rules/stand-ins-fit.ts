import type { Diagnostic, HandledNode } from '../../definition/index.ts';
import type { PlacedStage } from '../graph.ts';
import { type JsonSchema, jsonSchemaOf, type Mismatch, mismatch, schemaOfValue } from '../schema.ts';
import type { Rule } from './rule.ts';
import { inWords } from './wording.ts';

/**
 * HDL250: a fallback that certainly cannot take its stage's place, or a value of `onFailure` that certainly is not what the
 * stage gives. TypeScript sees most of these first. Fix: use a stage with the same contract, or a value of the output's type.
 */
export const standInsFit: Rule = ({ graph: { pipeline, handled } }) =>
  handled.flatMap((placed) =>
    [...fallbackProblems(placed.node), ...valueProblems(placed)].map(
      (problem): Diagnostic => ({
        code: 'HDL250',
        severity: 'error',
        at: `${pipeline.name}.${placed.id}`,
        ...problem,
      }),
    ),
  );

interface Problem {
  readonly message: string;
  readonly fix: string;
}

const where = (root: string, { path }: Mismatch): string => [root, ...path].join('.').replaceAll('.[]', '[]');

const fallbackProblems = (node: HandledNode): readonly Problem[] => {
  if (node.kind !== 'task' || !node.fallback) return [];
  const { stage, fallback } = node;
  const problem = (takes: string, found: Mismatch): Problem => ({
    message: `the fallback ${fallback.name} ${takes}: ${where(takes.startsWith('takes') ? 'input' : 'output', found)} is ${inWords(found.given)} but must be ${inWords(found.wanted)}`,
    fix: `give ${fallback.name} the contract of ${stage.name}`,
  });
  const input = mismatch(jsonSchemaOf(stage.input, 'input'), jsonSchemaOf(fallback.input, 'input'));
  const output = mismatch(jsonSchemaOf(fallback.output, 'output'), jsonSchemaOf(stage.output, 'output'));
  return [
    ...(input ? [problem(`takes something else than ${stage.name}`, input)] : []),
    ...(output ? [problem(`gives something else than ${stage.name}`, output)] : []),
  ];
};

const valueProblems = ({ node }: PlacedStage<HandledNode>): readonly Problem[] => {
  if (typeof node.onFailure !== 'object') return [];
  const one = jsonSchemaOf(node.stage.output, 'output');
  const wanted: JsonSchema | undefined = node.kind === 'map' ? { type: 'array', ...(one && { items: one }) } : one;
  const found = mismatch(schemaOfValue(node.onFailure.value), wanted);
  if (!found) return [];
  return [
    {
      message: `the value of onFailure is not what ${node.stage.name} gives: ${where('value', found)} is ${inWords(found.given)} but must be ${inWords(found.wanted)}`,
      fix: `use a value of the output contract of ${node.stage.name}`,
    },
  ];
};
