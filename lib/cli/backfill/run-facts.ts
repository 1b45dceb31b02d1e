// What `--where` can ask of a run.
import type { Json, Prices, RunRecord } from '../../records/index.ts';
import { runCosts } from '../run-cost.ts';
import { readOutput } from '../run-output.ts';
import { elapsedMs } from '../run-view.ts';
import type { Target } from '../target.ts';

/** Its own facts, its `input` and `output`, and the output's fields by their own names where nothing else has them. */
export const factsOf = async (
  target: Target,
  run: RunRecord,
  { fields: asked, now, prices }: { readonly fields: readonly string[]; readonly now: number; readonly prices: Prices },
): Promise<Json> => {
  const { ledger } = target;
  const [input, output, stages, cost] = await Promise.all([
    ledger.payloads.load(run.input) as Promise<Json>,
    readOutput(ledger, run),
    ledger.stages.list(run.pipeline, run.run),
    asked.includes('cost') ? runCosts(target, prices)(run) : undefined,
  ]);
  const codes = stages.flatMap(({ stage, fingerprint }) => (fingerprint ? [[stage, fingerprint.code]] : []));
  const fields = typeof output === 'object' && output !== null && !Array.isArray(output) ? output : {};
  return {
    ...fields,
    run: run.run,
    partition: run.partition,
    status: run.status,
    trigger: run.trigger.kind,
    definition: run.definitionHash ?? null,
    createdAt: run.createdAt,
    seconds: elapsedMs(run, now) / 1_000,
    deadLetters: run.deadLetters ?? 0,
    cost: cost ?? null,
    code: Object.fromEntries(codes),
    input,
    output: output ?? null,
  };
};
