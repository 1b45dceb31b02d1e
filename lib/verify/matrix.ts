// The fault matrix of a pipeline: every stage with every fault that can happen to it, run one after the other on one engine.
import type { HandledNode, Pipeline, Stage, StageNode } from '../definition/index.ts';
import { bindingsOf, isHandled, refsIn } from '../definition/index.ts';
import { fuseMaps, graphOf, jsonSchemaOf, type Level, type PipelineGraph } from '../graph/index.ts';
import type { Json } from '../records/index.ts';
import { openBench, type Wrapper } from './bench.ts';
import { brokenFor, runCell } from './cell.ts';
import { CannotVerifyError, type Declared, type Deviation, declaredOutcome, type StageEnd } from './declared.ts';
import { type Fault, faults, type Planned } from './faults.ts';
import { sampleOf } from './sample.ts';
import { bendsFor, type Route } from './steer.ts';
import { type GivenValues, type Stubs, stubsFor } from './stubs.ts';

interface Place {
  readonly pipeline: string;
  readonly stage: string;
  readonly fault: string;
}

/** What the definition declares to become of the stage and the run. */
interface Ends {
  readonly declared: StageEnd['status'];
  readonly run: Declared['run'];
  readonly mark: Mark;
}

/** How a cell came out. `unreached`: the values at hand take no run to the stage. `none`: the fault cannot happen to it. */
export type CellResult =
  | (Place & Ends & { readonly result: 'ok' })
  | (Place & Ends & { readonly result: 'broken'; readonly problems: readonly string[] })
  | (Place & { readonly result: 'unreached'; readonly why: string })
  | (Place & { readonly result: 'none' });

/** What is declared to become of the stage. */
export type Mark = 'recovers' | 'fallback' | 'value' | 'default' | 'skipped' | 'tolerated' | 'failed';

export interface MatrixOptions {
  /** Only this stage, only this fault. */
  readonly stage?: string | undefined;
  readonly fault?: string | undefined;
  readonly given?: GivenValues;
  /** Which values are made. @default 1 */
  readonly seed?: number;
  readonly wrapper?: Wrapper;
  /** Told of each cell as it is done. */
  readonly onCell?: (cell: CellResult) => void;
}

/** Runs the matrix. Throws UnfitValueError where a value made from a contract's schema does not pass the contract. */
export const runMatrix = async (pipeline: Pipeline, options: MatrixOptions = {}): Promise<readonly CellResult[]> => {
  const graph = graphOf(pipeline);
  refuseWhatCannotRun(graph);
  const { given = {}, seed = 1 } = options;
  const upstream = await upstreamOf(pipeline, seed);
  const cells: CellResult[] = [];
  const tell = (cell: CellResult): void => {
    cells.push(cell);
    options.onCell?.(cell);
  };
  const bench = await openBench(graph, options.wrapper);
  try {
    for (const { id, node, within } of graph.stages) {
      if (options.stage !== undefined && options.stage !== id) continue;
      const route: Route = Object.fromEntries(within.map(({ choose, branch }) => [choose, branch]));
      const stubs = stubsFor(pipeline, { given, seed, upstream, bends: bendsFor(graph, route) });
      await bench.giveUpstream(stubs.upstream);
      const plain = await declaredOutcome(graph, stubs);
      for (const fault of faults) {
        if (options.fault !== undefined && options.fault !== fault.name) continue;
        const at = { pipeline: pipeline.name, stage: id, fault: fault.name };
        const planned = plannedAt(fault, node);
        const end = plain.stages.get(id);
        if (!planned) tell({ ...at, result: 'none' });
        else if (end?.status !== 'completed')
          tell({ ...at, result: 'unreached', why: `without a fault it is ${end?.status}` });
        else {
          const { deviation, textLength } = deviationAt(planned, node);
          const declared = await declaredOutcome(graph, stubs, { stage: id, deviation });
          const problems = await runCell(bench, {
            ...at,
            id: `${id} ${fault.name}`,
            planned,
            stubs,
            declared,
            textLength,
            eager: followersIn(graph),
            answers: answersIn(graph, stubs),
            comparesOutput: !waitsForSpan(graph),
          });
          const ended = declared.stages.get(id) ?? end;
          tell({
            ...at,
            ...(problems.length === 0 ? { result: 'ok' } : { result: 'broken', problems }),
            declared: ended.status,
            run: declared.run,
            mark: markOf(node, deviation, ended),
          });
        }
      }
    }
  } finally {
    await bench.close();
  }
  return cells;
};

const refuseWhatCannotRun = ({ pipeline, stages }: PipelineGraph): void => {
  for (const { id, node } of stages)
    if (node.kind === 'map' && node.rows)
      throw new CannotVerifyError(`${pipeline.name}.${id} is a map over the rows of a file, which nobody has written`);
};

/** What upstream pipelines give, by alias: what they declare for made values of their own. */
const upstreamOf = async (pipeline: Pipeline, seed: number): Promise<{ readonly [alias: string]: Json }> => {
  const outputs: [string, Json][] = [];
  for (const [alias, above] of Object.entries(pipeline.upstream)) {
    const graph = graphOf(above);
    refuseWhatCannotRun(graph);
    const stubs = stubsFor(above, {
      given: {},
      seed,
      upstream: await upstreamOf(above, seed),
      bends: bendsFor(graph, {}),
    });
    outputs.push([alias, (await declaredOutcome(graph, stubs)).output ?? null]);
  }
  return Object.fromEntries(outputs);
};

const plannedAt = ({ name, at }: Fault, node: StageNode): Planned | undefined => {
  if (!isHandled(node)) return at(node);
  if (name === 'contract' && !brokenFor(node.stage)) return undefined; // it takes anything
  if (name === 'oversize' && longTextLength(node, node.stage) === undefined) return undefined; // it bounds all it holds
  return at(node);
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

const deviationAt = ({ deviation }: Planned, node: StageNode): { deviation: Deviation; textLength: number } => {
  const textLength = isHandled(node) ? (longTextLength(node, node.stage) ?? 0) : 0;
  return { deviation: deviation.kind === 'longTexts' ? { kind: 'longTexts', textLength } : deviation, textLength };
};

/** Maps that work on the batches of another as they come, before that one has ended. */
const followersIn = ({ root }: PipelineGraph): ReadonlySet<string> => {
  const found = new Set<string>();
  const visit = (level: Level): void => {
    for (const { followers = [] } of fuseMaps(level).nodes) for (const { id } of followers) found.add(id);
    for (const { onTrue, onFalse } of level.nodes) for (const inner of [onTrue, onFalse]) if (inner) visit(inner);
  };
  visit(root);
  return found;
};

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

const markOf = (node: StageNode, deviation: Deviation, { status, letters }: StageEnd): Mark => {
  if (status === 'failed') return 'failed';
  if (status === 'skipped') return 'skipped';
  if (deviation.kind === 'unanswered') return 'default';
  if (deviation.kind !== 'fails') return 'recovers';
  if (letters.length === 0) return 'fallback';
  return node.kind === 'map' && node.onFailure === undefined ? 'tolerated' : 'value';
};
