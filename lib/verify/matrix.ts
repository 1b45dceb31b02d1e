// The fault matrix of a pipeline: every stage with every fault that can happen to it, run one after the other on one engine.
import type { Pipeline, StageNode } from '../definition/index.ts';
import { graphOf, type PipelineGraph } from '../graph/index.ts';
import { isList, type Json } from '../records/index.ts';
import { type Bench, openBench, type Wrapper } from './bench.ts';
import { runCell, runWith } from './cell.ts';
import { type Declared, type Deviation, declaredOutcome, type StageEnd } from './declared.ts';
import { expectedOf, plannedAt } from './expected.ts';
import { faults } from './faults.ts';
import { runKilledExpress } from './killed-express.ts';
import { openRealWork, type RealHandlers } from './real-work.ts';
import { CannotVerifyError, HandlersFailedError } from './refusals.ts';
import type { RowsText } from './rows-file.ts';
import { bendsFor, type Route } from './steer.ts';
import { type GivenValues, keysRead, type Stubs, stubsFor } from './stubs.ts';

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
export type Mark = 'recovers' | 'resumed' | 'fallback' | 'value' | 'default' | 'skipped' | 'tolerated' | 'failed';

export interface MatrixOptions {
  /** Only this stage, only this fault. */
  readonly stage?: string | undefined;
  readonly fault?: string | undefined;
  readonly given?: GivenValues;
  /** Which values are made. @default 1 */
  readonly seed?: number;
  readonly wrapper?: Wrapper;
  /** What else lies in S3. */
  readonly files?: readonly RowsText[];
  /** The handlers that ship, instead of stubs. */
  readonly real?: RealHandlers | undefined;
  /** Told when what the real handlers give differs from run to run, and so is not compared. */
  readonly onUncompared?: () => void;
  /** Told of each cell as it is done. */
  readonly onCell?: (cell: CellResult) => void;
}

/** Runs the matrix. Throws UnfitValueError where a value made from a contract's schema does not pass the contract. */
export const runMatrix = async (pipeline: Pipeline, options: MatrixOptions = {}): Promise<readonly CellResult[]> => {
  const graph = graphOf(pipeline);
  refuseWhatCannotRun(graph);
  const { given = {}, seed = 1 } = options;
  const cells: CellResult[] = [];
  const tell = (cell: CellResult): void => {
    cells.push(cell);
    options.onCell?.(cell);
  };
  const bench = await openBench(graph, options.wrapper);
  try {
    const real = options.real && openRealWork(options.real, bench.deployed);
    await bench.put(options.files ?? []);
    const upstream = { ...(await upstreamOf(pipeline, seed)), ...(given.upstream as object | undefined) }; // by alias
    const comparesOutput = real
      ? await plainRun(bench, graph, stubsFor(pipeline, { given, seed, upstream, bends: [], real }))
      : true;
    if (!comparesOutput) options.onUncompared?.();
    for (const { id, node, within } of graph.stages) {
      if (options.stage !== undefined && options.stage !== id) continue;
      const route: Route = Object.fromEntries(within.map(({ choose, branch }) => [choose, branch]));
      const stubs = stubsFor(pipeline, { given, seed, upstream, bends: bendsFor(graph, route), real });
      await bench.giveUpstream(stubs.upstream);
      const plain = await declaredOutcome(graph, stubs);
      for (const fault of faults) {
        if (options.fault !== undefined && options.fault !== fault.name) continue;
        const at = { pipeline: pipeline.name, stage: id, fault: fault.name };
        const planned = real && fault.name === 'oversize' ? undefined : plannedAt(fault, node, pipeline.type);
        const end = plain.stages.get(id);
        if (!planned) tell({ ...at, result: 'none' });
        else if (end?.status !== 'completed')
          tell({ ...at, result: 'unreached', why: `without a fault it is ${end?.status}` });
        else {
          const declaring = await expectedOf(graph, stubs, new Map([[id, planned]]));
          const expected = { ...declaring, comparesOutput: declaring.comparesOutput && comparesOutput };
          if (expected.declared.files.some(({ key }) => key.length > longestKey)) {
            tell({
              ...at,
              result: 'unreached',
              why: 'it gives the key of a file, and without .max(1024) one too long',
            });
            continue;
          }
          const ends = planned.hitsAll === true && pipeline.type === 'express';
          const plan = { ...expected, id: `${id} ${fault.name}` };
          const problems = ends ? await runKilledExpress(bench, graph, plan) : await runCell(bench, plan);
          const { declared } = expected;
          const ended = declared.stages.get(id) ?? end;
          tell({
            ...at,
            ...(problems.length === 0 ? { result: 'ok' } : { result: 'broken', problems }),
            declared: ended.status,
            run: declared.run,
            mark: ends ? 'resumed' : markOf(node, planned.deviation, ended),
          });
        }
      }
    }
  } finally {
    await bench.close();
  }
  return cells;
};

/**
 * A run of the real handlers without a fault. True when what it gives is what the handlers give outside of any run, and so can
 * be compared. Throws HandlersFailedError where it does not complete.
 */
const plainRun = async (bench: Bench, graph: PipelineGraph, stubs: Stubs): Promise<boolean> => {
  await bench.giveUpstream(stubs.upstream);
  const expected = await expectedOf(graph, stubs, new Map());
  const { finished, problems } = await runWith(bench, { ...expected, id: 'plain' });
  if (expected.declared.run === 'completed' && finished.status === 'SUCCEEDED') {
    const others = problems.filter((problem) => !problem.startsWith('what the pipeline gives'));
    if (others.length === 0) return problems.length === 0;
  }
  const record = await bench.services.ledger.runs.get(graph.pipeline.name, finished.run);
  throw new HandlersFailedError(record?.cause ?? problems.join('; '));
};

/** S3's limit. */
const longestKey = 1_024;

const refuseWhatCannotRun = ({ pipeline, stages }: PipelineGraph): void => {
  for (const { id, node } of stages)
    if (node.kind === 'run' && Object.keys(node.child.upstream).length > 0)
      throw new CannotVerifyError(`${pipeline.name}.${id} runs ${node.child.name}, which reads upstream pipelines`);
};

/** What upstream pipelines give, by alias: what they declare for made values of their own. */
export const upstreamOf = async (pipeline: Pipeline, seed: number): Promise<{ readonly [alias: string]: Json }> => {
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
    const output = (await declaredOutcome(graph, stubs)).output ?? null;
    const use = pipeline.uses?.[alias];
    outputs.push([alias, use && isList(use) ? keysRead(pipeline, alias).map((key) => ({ key, output })) : output]);
  }
  return Object.fromEntries(outputs);
};

const markOf = (node: StageNode, deviation: Deviation, { status, letters }: StageEnd): Mark => {
  if (status === 'failed') return 'failed';
  if (status === 'skipped') return 'skipped';
  if (deviation.kind === 'unanswered') return 'default';
  if (deviation.kind !== 'fails') return 'recovers';
  if (letters.length === 0) return 'fallback';
  return node.kind === 'map' && node.onFailure === undefined ? 'tolerated' : 'value';
};
