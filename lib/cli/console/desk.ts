// What the pages are read from: the open target, and what of it is remembered between two looks.

import type { StageLogs } from '../../console/index.ts';
import {
  type EndedStage,
  endedStages,
  type PipelineManifest,
  type RunRecord,
  type StageRecord,
} from '../../records/index.ts';
import { AwsCallError } from '../../support/aws-call.ts';
import { readLogs } from '../logs/read.ts';
import type { Setting, Target } from '../setting.ts';
import { withoutRound } from '../without-round.ts';
import { tookTooLong } from './problems.ts';
import { remember } from './remember.ts';
import { openWiring, type ReadWiring } from './wiring.ts';

export interface Desk {
  readonly target: Target;
  /** With the target open, so that commands take it. */
  readonly setting: Setting;
  /** Of all pipelines, in the order of the orchestrator; as it was up to ten seconds ago. */
  manifests(): Promise<readonly PipelineManifest[]>;
  /** How the stages of a run stand; of one that has ended from its own record, or read once. */
  stagesOf(run: RunRecord): Promise<readonly EndedStage[]>;
  /** What a stage's handlers logged, the oldest lines; as it was up to ten seconds ago. */
  logsOf(run: RunRecord, stage: StageRecord | undefined): Promise<StageLogs>;
  /**
   * What much is read for, as it was up to a minute ago. Undefined while it is still being made: asked again, it goes on. What went wrong
   * meanwhile, as that it took longer than five minutes (HDL838), is thrown for ten seconds, then it is tried again.
   */
  soon<Facts>(name: string, make: () => Promise<Facts>): Promise<Facts | undefined>;
  /** What the stages of a run hang on. */
  readonly wiringOf: ReadWiring;
}

const manifestsAgeMs = 10_000;
/** CloudWatch Logs takes five such questions a second of a whole account. */
const logsAgeMs = 10_000;
const mostLogLines = 200;
/** Of what `soon` makes; and how long somebody who asks for it waits. */
const madeAgeMs = 60_000;
const failedAgeMs = 10_000;
/** A request that hangs is not to stand in the way of the next for ever. */
const longestMakingMs = 5 * 60_000;
const mostMade = 20;
const patienceMs = 100;
/** Ended runs whose stages are remembered. */
const mostRemembered = 2_000;

/** Rejects with CliError HDL838 when it is not made in time. */
const inTime = <Facts>(name: string, making: Promise<Facts>): Promise<Facts> => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(tookTooLong(name, longestMakingMs)), longestMakingMs);
  timer.unref(); // the console may end meanwhile
  return Promise.race([making, late.promise]).finally(() => clearTimeout(timer));
};

export const openDesk = (target: Target, setting: Setting): Desk => {
  let known: { readonly at: number; readonly manifests: Promise<readonly PipelineManifest[]> } | undefined;
  const ended = new Map<string, readonly EndedStage[]>();
  const made = new Map<string, { readonly until: number; readonly facts: Promise<unknown> }>();
  const logs = new Map<string, { readonly at: number; readonly lines: Promise<StageLogs> }>();

  const readStageLogs = async (run: RunRecord, { stage, primary }: StageRecord): Promise<StageLogs> => {
    // All rounds of a repetition share a function; a fallback has one of its own.
    const shared = withoutRound(stage);
    const functions = primary ? [shared, `${shared}.fallback`] : [shared];
    try {
      return await readLogs(target.aws, target.manifest.orchestrator, run, functions, mostLogLines, { stage });
    } catch (error) {
      if (!(error instanceof AwsCallError)) throw error;
      return { lines: [], cut: false, problem: error.message }; // a page is of use without its logs
    }
  };

  return {
    target,
    setting: { ...setting, target },
    wiringOf: openWiring(target),

    manifests: () => {
      if (known && setting.now() - known.at < manifestsAgeMs) return known.manifests;
      const manifests = Promise.all(target.manifest.pipelines.map((name) => target.pipeline(name)));
      known = { at: setting.now(), manifests };
      manifests.catch(() => {
        known = undefined; // whoever asked has the error; the next one asks again
      });
      return manifests;
    },

    soon: async <Facts>(name: string, make: () => Promise<Facts>) => {
      const before = made.get(name);
      const isFresh = before && setting.now() < before.until;
      const facts = isFresh ? (before.facts as Promise<Facts>) : inTime(name, make()); // each name has one maker
      if (!isFresh) {
        const keep = (ms: number) => remember(made, name, { until: setting.now() + ms, facts }, mostMade);
        keep(Number.POSITIVE_INFINITY); // until it is made
        facts.then(
          () => keep(madeAgeMs),
          () => keep(failedAgeMs), // whoever asks by then has the error
        );
      }
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<undefined>((resolve) => {
        timer = setTimeout(() => resolve(undefined), patienceMs);
      });
      return Promise.race([facts, late]).finally(() => clearTimeout(timer));
    },

    logsOf: async (run, stage) => {
      if (stage?.startedAt === undefined) return { lines: [], cut: false };
      const name = `${run.pipeline} ${run.run} ${stage.stage}`;
      const before = logs.get(name);
      if (before && setting.now() - before.at < logsAgeMs) return before.lines;
      const lines = readStageLogs(run, stage);
      remember(logs, name, { at: setting.now(), lines }, mostRemembered);
      lines.catch(() => logs.delete(name)); // whoever asked has the error
      return lines;
    },

    stagesOf: async (run) => {
      const { pipeline, run: id, generation = 1, status, endedAt } = run;
      if (status === 'pending' && generation === 1) return [];
      const told = endedAt === undefined ? undefined : endedStages(run);
      if (told) return told;
      const name = `${pipeline} ${id} ${generation} ${endedAt}`;
      const remembered = ended.get(name);
      if (remembered) return remembered;
      const stages = await target.ledger.stages.listStates(pipeline, id);
      if (endedAt === undefined) return stages;
      remember(ended, name, stages, mostRemembered);
      return stages;
    },
  };
};
