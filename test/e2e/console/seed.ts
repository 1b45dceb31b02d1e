// Many runs of the past, written by the ledger's own writers.
import type { Ledger } from '../../../lib/ledger/index.ts';
import { accountOf } from '../../../lib/records/index.ts';

export interface Seed {
  readonly pipeline: string;
  readonly stages: readonly string[];
  readonly count: number;
  /** Where dead letters of those that failed go. @default there are none */
  readonly queueUrl?: string;
}

const atOnce = 40;
const hour = 3_600_000;
/** When the newest was asked for. */
export const newest = Date.parse('2026-11-20T00:00:00Z');

/** One an hour, every seventh of them failed at its last stage. */
export const seedRuns = async (ledger: Ledger, { pipeline, stages, count, queueUrl }: Seed): Promise<void> => {
  const one = async (place: number): Promise<void> => {
    const asked = newest - place * hour;
    const iso = (seconds: number): string => new Date(asked + seconds * 1_000).toISOString();
    const run = `past-${String(place).padStart(6, '0')}-0000000000aa`;
    const failed = place % 7 === 0;
    await ledger.runs.create({
      pipeline,
      run,
      partition: iso(0).slice(0, 13),
      status: failed ? 'failed' : 'completed',
      trigger: { kind: 'schedule', identity: run, detail: 'rate(1 hour)' },
      input: { kind: 'inline', json: '{}' },
      upstream: {},
      createdAt: iso(0),
      startedAt: iso(1),
      endedAt: iso(40),
      deadLetters: failed ? 1 : 0,
      stages: failed ? { completed: stages.length - 1, failed: 1 } : { completed: stages.length },
      account: accountOf(
        stages.map((stage, index) => ({
          stage,
          status: failed && index === stages.length - 1 ? 'failed' : 'completed',
          attempts: 1,
          durationMs: 29_000,
          spent: { usage: { transitions: 1, lambdaCalls: 1, lambdaGbSeconds: 29, writeUnits: 2, readUnits: 2 } },
          scores: { faithful: { count: 1, sum: 0.9, squares: 0.81, min: 0.9, max: 0.9 } },
        })),
      ),
      ...(failed ? { error: 'Heddle.RunFailed', cause: `${stages.at(-1)} failed: no answer from the model` } : {}),
    });
    const last = stages.at(-1) ?? '';
    const told = { error: 'E', cause: 'no answer from the model', attempts: 1, definitionHash: 'seed' };
    if (failed && queueUrl !== undefined)
      await ledger.deadLetters.write(
        { pipeline, run, partition: iso(0).slice(0, 13), stage: last, ...told, firstAt: iso(30), lastAt: iso(40) },
        queueUrl,
      );
    for (const [index, stage] of stages.entries()) {
      const at = { pipeline, run, stage };
      if (failed && index === stages.length - 1)
        await ledger.stages.fail(at, {
          status: 'failed',
          endedAt: iso(40),
          error: 'E',
          cause: 'no answer from the model',
        });
      else {
        await ledger.stages.claim(at, 'seed', iso(1 + index));
        const output = { kind: 'inline', json: '{ "rows": 1 }' } as const;
        await ledger.stages.complete(at, 'seed', { endedAt: iso(30), durationMs: 29_000, output });
      }
    }
  };
  for (let start = 0; start < count; start += atOnce)
    await Promise.all(Array.from({ length: Math.min(atOnce, count - start) }, (_, place) => one(start + place)));
};
