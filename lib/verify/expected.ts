// What a run with faults at some of its stages is to come to, and how it is told whether it did.
import type { ExecutionType, HandledNode, Stage, StageNode } from '../definition/index.ts';
import { bindingsOf, isHandled, refsIn } from '../definition/index.ts';
import { jsonSchemaOf, type PipelineGraph } from '../graph/index.ts';
import type { Json } from '../records/index.ts';
import { brokenFor, type Expected } from './cell.ts';
import { declaredOutcome } from './declared.ts';
import type { Fault, Planned } from './faults.ts';
import { followersIn } from './followers.ts';
import { sampleOf } from './sample.ts';
import type { Deviation } from './stage-ends.ts';
import type { Stubs } from './stubs.ts';
import { undoingsOf } from './undoing.ts';

export const expectedOf = async (
  graph: PipelineGraph,
  stubs: Stubs,
  faults: ReadonlyMap<string, Planned>,
): Promise<Expected> => {
  const textLengths = new Map<string, number>();
  const deviations = new Map<string, Deviation>();
  for (const { id, node } of [...graph.stages, ...undoingsOf(graph.stages)]) {
    const deviation = faults.get(id)?.deviation;
    if (!deviation) continue;
    const textLength = isHandled(node) ? (longTextLength(node, node.stage) ?? 0) : 0;
    textLengths.set(id, textLength);
    deviations.set(id, deviation.kind === 'longTexts' ? { kind: 'longTexts', textLength } : deviation);
  }
  return {
    pipeline: graph.pipeline.name,
    faults,
    stubs,
    declared: await declaredOutcome(graph, stubs, deviations),
    textLengths,
    eager: followersIn(graph),
    answers: answersIn(graph, stubs),
    comparesOutput: !waitsForSpan(graph),
  };
};

/** A fault at a stage; undefined where it cannot happen to it. */
export const plannedAt = (
  { name, at }: Fault,
  node: StageNode,
  type: ExecutionType = 'standard',
): Planned | undefined => {
  if (!isHandled(node)) return at(node, type);
  if (name === 'contract' && !brokenFor(node.stage)) return undefined; // it takes anything
  if (name === 'oversize' && longTextLength(node, node.stage) === undefined) return undefined; // it bounds all it holds
  return at(node, type);
};

/** More than fits into a state's payload (256 KiB) and a DynamoDB item (400 KB). */
const oversizeBytes = 450_000;

/** How long the texts of an output must be to make it too large; undefined where it has none without a bound. */
const longTextLength = ({ id }: HandledNode, stage: Stage): number | undefined => {
  const sizes = [100, 1_100].map((textLength) => JSON.stringify(madeOutput(id, stage, textLength)).length);
  const [less = 0, more = 0] = sizes;
  return more - less < 1_000 ? undefined : Math.ceil((oversizeBytes * 1_000) / (more - less)) + 100;
};

const madeOutput = (id: string, { output }: Stage, textLength: number): Json =>
  sampleOf(jsonSchemaOf(output, 'input'), id, { textLength });

const answersIn = ({ stages }: PipelineGraph, stubs: Stubs): ReadonlyMap<string, Json> =>
  new Map(stages.flatMap(({ id, node }) => (node.kind === 'approve' ? [[id, stubs.answer(node)] as const] : [])));

/** The moment at which a wait for a span ends is another in every run. */
const waitsForSpan = ({ stages, pipeline }: PipelineGraph): boolean => {
  const spans = new Set(
    stages.flatMap(({ id, node }) => (node.kind === 'wait' && node.wait.kind === 'for' ? [id] : [])),
  );
  const read = [...stages.flatMap(({ node }) => bindingsOf(node)), pipeline.flow.output].flatMap(refsIn);
  return read.some(({ source }) => source.kind === 'stage' && spans.has(source.stage));
};
