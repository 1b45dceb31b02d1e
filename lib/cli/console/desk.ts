// What the pages are read from: the open target, and what of it is remembered between two looks.
import type { StageState } from '../../ledger/index.ts';
import type { PipelineManifest, RunRecord } from '../../records/index.ts';
import type { Setting, Target } from '../setting.ts';
import { openWiring, type ReadWiring } from './wiring.ts';

export interface Desk {
  readonly target: Target;
  /** With the target open, so that commands take it. */
  readonly setting: Setting;
  /** Of all pipelines, in the order of the orchestrator; as it was up to ten seconds ago. */
  manifests(): Promise<readonly PipelineManifest[]>;
  /** How the stages of a run stand; of one that has ended read once. */
  stagesOf(run: RunRecord): Promise<readonly StageState[]>;
  /** What the stages of a run hang on. */
  readonly wiringOf: ReadWiring;
}

const manifestsAgeMs = 10_000;
/** Ended runs whose stages are remembered. */
const mostRemembered = 2_000;

export const openDesk = (target: Target, setting: Setting): Desk => {
  let known: { readonly at: number; readonly manifests: Promise<readonly PipelineManifest[]> } | undefined;
  const ended = new Map<string, readonly StageState[]>();

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

    stagesOf: async (run) => {
      const { pipeline, run: id, generation = 1, status, endedAt } = run;
      if (status === 'pending' && generation === 1) return [];
      const name = `${pipeline} ${id} ${generation} ${endedAt}`;
      const remembered = ended.get(name);
      if (remembered) return remembered;
      const stages = await target.ledger.stages.listStates(pipeline, id);
      if (endedAt === undefined) return stages;
      const [oldest] = ended.keys();
      if (ended.size >= mostRemembered && oldest !== undefined) ended.delete(oldest);
      ended.set(name, stages);
      return stages;
    },
  };
};
