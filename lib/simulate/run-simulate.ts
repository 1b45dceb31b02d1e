import { estimate } from '../asl/index.ts';
import type { Pipeline } from '../definition/index.ts';
import { graphOf } from '../graph/index.ts';
import { costOf } from './cost.ts';
import { type Asked, help, readOptions, SimulateError } from './options.ts';
import { asJson, type DrawTable, render } from './report.ts';
import { samplePipeline } from './sample.ts';
import { saturationsOf } from './saturation.ts';
import { type SimulationOptions, simulate } from './simulation.ts';

export interface RunSimulate {
  readonly args: readonly string[];
  /** Those that --like may name. */
  readonly pipelines: readonly Pipeline[];
  readonly table: DrawTable;
  readonly say: (line: string) => void;
  readonly complain: (line: string) => void;
}

const pipelineFor = (asked: Asked, pipelines: readonly Pipeline[]): Pipeline => {
  if (asked.like === undefined) return samplePipeline(asked);
  const found = pipelines.find(({ name }) => name === asked.like);
  if (found && found.type === 'standard') return found;
  const names = pipelines.filter(({ type }) => type === 'standard').map(({ name }) => name);
  throw new SimulateError(
    `HDL752 --like is '${asked.like}'. Expected a Standard pipeline of bin/pipelines.ts: ${names.join(', ')}. Fix: name one of them`,
  );
};

/** The command, from its arguments to its exit code. */
export const runSimulate = ({ args, pipelines, table, say, complain }: RunSimulate): number => {
  let asked: Asked | undefined;
  let pipeline: Pipeline;
  try {
    asked = readOptions(args);
    if (!asked) {
      say(help);
      return 0;
    }
    pipeline = pipelineFor(asked, pipelines);
  } catch (error) {
    if (!(error instanceof SimulateError)) throw error;
    complain(error.message);
    return 2;
  }
  const { load } = estimate(graphOf(pipeline), asked.items === undefined ? {} : { items: asked.items });
  const options: SimulationOptions = {
    load,
    pipelines: asked.pipelines,
    ...(asked.hottest === undefined ? {} : { hottest: asked.hottest }),
    arrivals: { perDay: asked.runsPerDay, shape: asked.shape, peak: asked.peak },
    from: 0,
    until: asked.hours * 3_600,
    quotas: asked.quotas,
    seed: asked.seed,
    lost: asked.lost,
  };
  const outcome = simulate(options);
  const saturations = saturationsOf(options, asked.limits);
  const costs = costOf({
    load,
    pipelines: asked.pipelines,
    runsPerDay: asked.runsPerDay,
    retriesPerRun: outcome.retries / Math.max(1, outcome.asked),
  });
  const report = { asked, outcome, costs, saturations };
  if (asked.json) say(JSON.stringify(asJson(report), undefined, 2));
  else for (const line of render(report, table)) say(line);
  return outcome.unaccounted === 0 ? 0 : 1;
};
