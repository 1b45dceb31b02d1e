import type { Pipeline } from '../../definition/index.ts';
import {
  type BackfillRecord,
  keysOf,
  lettersOf,
  newestDue,
  type PartitionState,
  type PipelineManifest,
  partitionStates,
  partitionWords,
  partsOf,
  statesOf,
  stepsOf,
  timeOf,
} from '../../records/index.ts';
import { nearest } from '../../support/nearest.ts';
import { sha256 } from '../../support/sha256.ts';
import { expectationOf } from '../backfill/expectation.ts';
import { type Planned, planBackfill } from '../backfill/plan.ts';
import { planReport } from '../backfill/plan-report.ts';
import { showBackfill } from '../backfill/show.ts';
import { readWhere } from '../backfill/where.ts';
import { CliError } from '../cli-error.ts';
import type { Arguments, Command } from '../command.ts';
import { unknownPipeline } from '../find-pipeline.ts';
import { readPrices } from '../prices.ts';
import { whoAmI } from '../redo.ts';
import { readInput } from '../run-input.ts';
import { columnsOf, print, printJson, remark, type Setting } from '../setting.ts';
import { openTarget, type Target, targetOptions } from '../target.ts';

const usualConcurrency = 5;
const mostRuns = 20_000;
const choices = ['missing', 'failed', 'stale', 'completed', 'all'] as const;

export const backfill: Command = {
  words: 'backfill',
  says: 'run a range of partitions: prints the plan, and with --go does it',
  operands: [{ name: 'pipeline', required: true }],
  options: {
    from: { value: 'P', says: 'the first partition, or a date (default: the first that there is)' },
    to: { value: 'P', says: 'the last partition, or a date (default: the newest that is due)' },
    only: { value: 'LIST', says: `of ${choices.join(', ')} (default: missing,failed,stale; with --where all)` },
    where: { value: 'CLAIM', says: "only where the newest run is so: 'prompt=v3 and score<0.7'" },
    upstream: { says: 'what it is made from, too, first' },
    concurrency: { value: 'N', says: `runs at once (default: ${usualConcurrency})` },
    input: {
      value: 'JSON',
      says: 'what each run gets, {key} standing for its partition, or @FILE (default: as last time)',
    },
    go: { says: 'do it; without it the plan is printed and nothing is done' },
    'no-wait': { says: 'return once it is asked for' },
    json: { says: 'the plan as one object a run; with --go the backfill as one object' },
    ...targetOptions,
  },
  notes: [
    '--where asks of status, definition, code.STAGE, seconds, cost, trigger, deadLetters, input.… and output.…, with and, or, not.',
    'Runs of a backfill give way to others where the pipeline limits its runs, and set nothing off that is not in the plan.',
    'It goes on without this command: watch it with npx heddle backfills ID. The same plan asked for twice is one backfill.',
  ],
  run: async (given, setting) => {
    const name = given.operands[0] ?? '';
    const concurrency = given.whole('concurrency', 1) ?? usualConcurrency;
    const where = given.text('where') === undefined ? undefined : readWhere(given.text('where') ?? '');
    const only = readOnly(given.text('only') ?? (where ? 'all' : 'missing,failed,stale'));
    const input =
      given.text('input') === undefined ? undefined : readInput(given.text('input'), setting.workingDirectory);
    const definitions = await setting.loadPipelines();
    const target = await openTarget(given, setting);
    try {
      const { pipelines } = target.manifest;
      if (!pipelines.includes(name)) throw unknownPipeline(name, pipelines, target.name);
      const manifest = await target.pipeline(name);
      const now = setting.now();
      const keys = keysFor(manifest, given, now);
      const upstream = given.has('upstream');
      const prices = readPrices(setting, undefined);
      const asked = { manifest, keys, only, upstream, where, input, definitions, now, prices };
      const planned = await planBackfill(target, asked);
      if (planned.plan.length > mostRuns) throw tooMany(planned.plan.length);
      await showPlan(planned, concurrency, definitions, target, given, setting);
      if (!given.has('go') || planned.plan.length === 0) {
        if (planned.plan.length === 0) remark(setting, nothing(planned, name));
        else remark(setting, ['', 'Nothing is done yet: add --go.']);
        return planned.plan.length === 0 && planned.refused.length > 0 ? 1 : 0;
      }
      const what = whatOf(name, keys, given);
      const { id, isNew } = await askForBackfill(target, { manifest, planned, concurrency, what, now });
      if (!isNew) remark(setting, [`${id} was asked for before, with this plan: nothing runs twice`]);
      return await showBackfill(target, id, given, setting);
    } finally {
      await target.close();
    }
  },
};

/** The partitions of the range. Throws CliError HDL690, HDL691. */
const keysFor = ({ pipeline, partitions }: PipelineManifest, given: Arguments, now: number): readonly string[] => {
  if (!partitions)
    throw new CliError(
      'HDL690',
      2,
      `${pipeline} does not say which partitions it has`,
      'a pipeline with partitions',
      "add partitions to definePipeline: daily({ from: '2026-01-01' }), and deploy it",
    );
  const found = keysOf(partitions, { from: given.text('from'), to: given.text('to') }, now);
  if ('problem' in found)
    throw new CliError(
      'HDL691',
      2,
      `${pipeline} has no such range of partitions: ${found.problem}`,
      partitionWords(partitions),
      'correct --from and --to; npx heddle partitions shows those that there are',
    );
  const time = timeOf(partitions);
  const newest = time && newestDue(time, now);
  const [last = ''] = partsOf(partitions, found.keys.at(-1) ?? '');
  if (found.keys.length > 0 && (!time || (newest !== undefined && last <= newest))) return found.keys;
  throw new CliError(
    'HDL691',
    2,
    `${found.keys.length === 0 ? 'no partition' : last} of ${pipeline} is ${found.keys.length === 0 ? '' : 'not '}due yet`,
    newest === undefined ? 'partitions that are due' : `a range that ends with ${newest}, the newest that is due`,
    newest === undefined ? 'wait for the first one' : `--to ${newest}`,
  );
};

const readOnly = (text: string): ReadonlySet<PartitionState> => {
  const words = text.split(',').map((word) => word.trim());
  const odd = words.find((word) => !choices.some((choice) => choice === word));
  if (odd !== undefined) {
    const near = nearest(odd, choices);
    throw new CliError(
      'HDL603',
      2,
      `--only is '${text}'`,
      `one or more of ${choices.join(', ')}, with commas between`,
      near ? `did you mean ${near}?` : 'see npx heddle backfill --help',
    );
  }
  return new Set(words.includes('all') ? partitionStates : partitionStates.filter((state) => words.includes(state)));
};

const tooMany = (runs: number): CliError =>
  new CliError(
    'HDL692',
    2,
    `the plan has ${runs.toLocaleString('en-US')} runs`,
    `at most ${mostRuns.toLocaleString('en-US')} in one backfill`,
    'do the range in parts, with --from and --to',
  );

const whatOf = (name: string, keys: readonly string[], given: Arguments): string => {
  const range = keys.length === 1 ? keys[0] : `${keys[0]} to ${keys.at(-1)}`;
  const where = given.text('where');
  return [
    `${name} ${range}`,
    ...(given.has('upstream') ? ['with upstream'] : []),
    ...(given.text('only') === undefined ? [] : [`only ${given.text('only')}`]),
    ...(where === undefined ? [] : [`where ${where}`]),
  ].join(', ');
};

const nothing = ({ refused }: Planned, name: string): readonly string[] =>
  refused.length > 0
    ? ['', 'Nothing can run.']
    : [`Nothing to run: the partitions of ${name} are in order, or under way. --only all runs them again.`];

const showPlan = async (
  planned: Planned,
  concurrency: number,
  definitions: readonly Pipeline[],
  target: Target,
  given: Arguments,
  setting: Setting,
): Promise<void> => {
  const { plan, reasons, refused } = planned;
  if (given.has('json')) {
    if (given.has('go')) return;
    const steps = stepsOf(plan);
    printJson(setting, [
      ...plan.map(({ pipeline, partition, after, input }, place) => ({
        pipeline,
        partition,
        step: steps[place],
        now: reasons[place],
        after: after.map((needed) => `${plan[needed]?.pipeline} ${plan[needed]?.partition}`),
        input: input.kind === 'value' ? input.value : { ofRun: input.run },
      })),
      ...refused.map(({ pipeline, partition, why }) => ({ pipeline, partition, refused: why })),
    ]);
    return;
  }
  const names = [...new Set(plan.map(({ pipeline }) => pipeline))];
  const manifests = await Promise.all(target.manifest.pipelines.map((name) => target.pipeline(name)));
  const readers = manifests
    .filter(
      ({ pipeline, upstream }) => !names.includes(pipeline) && Object.values(upstream).some((up) => names.includes(up)),
    )
    .map(({ pipeline }) => pipeline);
  const prices = readPrices(setting, undefined);
  const expected = new Map(
    await Promise.all(
      names.map(async (name) => {
        const definition = definitions.find((each) => each.name === name);
        return [name, await expectationOf(target, name, definition, prices)] as const;
      }),
    ),
  );
  print(setting, planReport({ planned, expected, concurrency, readers, width: columnsOf(setting.stdout) }));
};

const isInVain = ({ endedAt, states }: BackfillRecord): boolean =>
  endedAt !== undefined && !statesOf(states).some((state) => state === 'completed' || state === 'asked');

/** Records the backfill and has it go on. The same plan, of partitions that stand the same, is the same backfill. */
const askForBackfill = async (
  target: Target,
  asked: {
    readonly manifest: PipelineManifest;
    readonly planned: Planned;
    readonly concurrency: number;
    readonly what: string;
    readonly now: number;
  },
): Promise<{ readonly id: string; readonly isNew: boolean }> => {
  const { manifest, planned, concurrency, what, now } = asked;
  const { pipeline } = manifest;
  const { plan } = planned;
  const idAfter = (before: readonly string[]): string =>
    `${pipeline}-${sha256([JSON.stringify(plan), ...before].join(' ')).slice(0, 12)}`;
  let id = idAfter([]);
  // One that ended before it started anything left all partitions as they stood: what is asked for now is another.
  for (let there = await target.ledger.backfills.get(id); there && isInVain(there); ) {
    id = idAfter([id]);
    there = await target.ledger.backfills.get(id);
  }
  const record: BackfillRecord = {
    id,
    pipeline,
    what,
    status: 'running',
    plan: await target.ledger.payloads.storeApart(pipeline, plan),
    states: lettersOf(plan.map(() => 'waiting')),
    concurrency,
    by: whoAmI(),
    createdAt: new Date(now).toISOString(),
    version: 1,
  };
  const isNew = await target.ledger.backfills.create(record);
  // Also where it was there: whoever recorded it may not have come to this.
  await target.aws.call('sqs', 'SendMessage', {
    QueueUrl: target.manifest.startQueueUrl,
    MessageBody: JSON.stringify({ kind: 'advance', backfill: id, pipeline, look: true }),
  });
  return { id, isNew };
};
