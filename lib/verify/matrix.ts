// The fault matrix of a pipeline: every stage with every fault that can happen to it, run one after the other on one engine.
import type { Pipeline, StageNode } from '../definition/index.ts';
import { graphOf, type PipelineGraph, type PlacedStage } from '../graph/index.ts';
import { isList, type Json } from '../records/index.ts';
import { type Bench, openBench, type Wrapper } from './bench.ts';
import { runCell, runWith } from './cell.ts';
import { type Declared, declaredOutcome } from './declared.ts';
import { expectedOf, plannedAt } from './expected.ts';
import { type Fault, faults, type Planned } from './faults.ts';
import { runKilledExpress } from './killed-express.ts';
import { openRealWork, type RealHandlers } from './real-work.ts';
import { HandlersFailedError } from './refusals.ts';
import { longestKey } from './rows-file.ts';
import type { Deviation, StageEnd } from './stage-ends.ts';
import { bendsFor, type Route } from './steer.ts';
import type { RowsText } from './stored.ts';
import { type GivenValues, keysRead, partitionOf, type Stubs, stubsFor } from './stubs.ts';
import { undoingsOf } from './undoing.ts';

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
export type Mark =
  | 'recovers'
  | 'resumed'
  | 'fallback'
  | 'value'
  | 'default'
  | 'skipped'
  | 'tolerated'
  | 'failed'
  | 'undone'
  | 'stands';

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
  const { given = {}, seed = 1 } = options;
  const cells: CellResult[] = [];
  const tell = (cell: CellResult): void => {
    cells.push(cell);
    options.onCell?.(cell);
  };
  const bench = await openBench(graph, options.wrapper);
  try {
    const real = options.real && openRealWork(options.real, bench.deployed);
    const { stored } = bench;
    await stored.put(options.files ?? []);
    const upstream = { ...(await upstreamOf(pipeline, seed)), ...(given.upstream as object | undefined) }; // by alias
    const above = (of: Pipeline, key: string) => upstreamOf(of, seed, key);
    const comparesOutput = real
      ? await plainRun(
          bench,
          graph,
          stubsFor(pipeline, { given, seed, upstream, upstreamOf: above, bends: [], real, stored }),
        )
      : true;
    if (!comparesOutput) options.onUncompared?.();
    for (const { id, node, within, isUndoing } of rowsOf(graph)) {
      if (options.stage !== undefined && options.stage !== id) continue;
      const route: Route = Object.fromEntries(within.map(({ choose, branch }) => [choose, branch]));
      const stubs = stubsFor(pipeline, {
        given,
        seed,
        upstream,
        upstreamOf: above,
        bends: bendsFor(graph, route),
        real,
        stored,
      });
      await bench.giveUpstream(stubs.upstream);
      const before = isUndoing ? await whatFailsAfter(graph, stubs, id) : noFaults;
      const plain = before && (await expectedOf(graph, stubs, before)).declared;
      for (const fault of faults) {
        if (options.fault !== undefined && options.fault !== fault.name) continue;
        const at = { pipeline: pipeline.name, stage: id, fault: fault.name };
        const type = isUndoing ? 'standard' : pipeline.type;
        const planned = real && fault.name === 'oversize' ? undefined : plannedAt(fault, node, type);
        const end = plain?.stages.get(id) ?? plain?.undone.get(id);
        if (!planned) tell({ ...at, result: 'none' });
        else if (before === undefined)
          tell({ ...at, result: 'unreached', why: 'no stage fails the run when it is done' });
        else if (end?.status !== 'completed')
          tell({ ...at, result: 'unreached', why: `without a fault it is ${end?.status}` });
        else {
          const declaring = await expectedOf(graph, stubs, new Map([...before, [id, planned]]));
          const expected = { ...declaring, comparesOutput: declaring.comparesOutput && comparesOutput };
          if (expected.declared.files.some(({ key }) => key.length > longestKey)) {
            tell({
              ...at,
              result: 'unreached',
              why: 'it gives the key of a file, and without .max(1024) one too long',
            });
            continue;
          }
          const ends = planned.hitsAll === true && type === 'express';
          const plan = { ...expected, id: `${id} ${fault.name}` };
          const problems = ends ? await runKilledExpress(bench, graph, plan) : await runCell(bench, plan);
          const { declared } = expected;
          const ended = declared.stages.get(id) ?? declared.undone.get(id) ?? end;
          const mark = isUndoing ? undoingMarkOf(ended) : markOf(node, planned.deviation, ended);
          tell({
            ...at,
            ...(problems.length === 0 ? { result: 'ok' } : { result: 'broken', problems }),
            declared: ended.status,
            run: declared.run,
            mark: ends ? 'resumed' : mark,
          });
        }
      }
    }
  } finally {
    await bench.close();
  }
  return cells;
};

interface Row extends PlacedStage {
  /** It is no stage of a run, but what undoes one of a run that failed. */
  readonly isUndoing: boolean;
}

const rowsOf = ({ stages }: PipelineGraph): readonly Row[] => [
  ...stages.map((placed) => ({ ...placed, isUndoing: false })),
  ...undoingsOf(stages).map((placed) => ({ ...placed, isUndoing: true })),
];

/** The names of the rows. */
export const placesOf = (graph: PipelineGraph): readonly string[] => rowsOf(graph).map(({ id }) => id);

const noFaults: ReadonlyMap<string, Planned> = new Map();

/** A fault for good at the last stage with which the run fails and the undoing comes. Undefined where there is none. */
const whatFailsAfter = async (
  graph: PipelineGraph,
  stubs: Stubs,
  undoing: string,
): Promise<ReadonlyMap<string, Planned> | undefined> => {
  for (const { id, node } of graph.stages.toReversed()) {
    for (const fault of forGood) {
      const planned = plannedAt(fault, node, graph.pipeline.type);
      if (!planned) continue;
      const failing = new Map([[id, planned]]);
      const { undone } = (await expectedOf(graph, stubs, failing)).declared;
      if (undone.get(undoing)?.status === 'completed') return failing;
    }
  }
  return undefined;
};

const forGood: readonly Fault[] = faults.filter(({ name }) => name === 'permanent' || name === 'silence');

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

/** What upstream pipelines give, by alias: what they declare for made values of their own. */
export const upstreamOf = async (
  pipeline: Pipeline,
  seed: number,
  partition = partitionOf(pipeline),
): Promise<{ readonly [alias: string]: Json }> => {
  const outputs: [string, Json][] = [];
  for (const [alias, above] of Object.entries(pipeline.upstream)) {
    const graph = graphOf(above);
    const stubs = stubsFor(above, {
      given: {},
      seed,
      upstream: await upstreamOf(above, seed),
      upstreamOf: (of, key) => upstreamOf(of, seed, key),
      bends: bendsFor(graph, {}),
    });
    const output = (await declaredOutcome(graph, stubs)).output ?? null;
    const use = pipeline.uses?.[alias];
    outputs.push([
      alias,
      use && isList(use) ? keysRead(pipeline, alias, partition).map((key) => ({ key, output })) : output,
    ]);
  }
  return Object.fromEntries(outputs);
};

const undoingMarkOf = ({ status }: StageEnd): Mark => (status === 'completed' ? 'undone' : 'stands');

const markOf = (node: StageNode, deviation: Deviation, { status, letters }: StageEnd): Mark => {
  if (status === 'failed') return 'failed';
  if (status === 'skipped') return 'skipped';
  if (deviation.kind === 'unanswered') return 'default';
  if (deviation.kind !== 'fails') return 'recovers';
  if (letters.length === 0) return 'fallback';
  return node.kind === 'map' && node.onFailure === undefined ? 'tolerated' : 'value';
};
