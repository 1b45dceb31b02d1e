// Everything about one run, as lines of text. Pure.
import {
  type AuditEntry,
  type DeadLetter,
  type Json,
  marks,
  type StageRecord,
  upstreamRunsOf,
} from '../records/index.ts';
import { ago, dollars, duration, oneLine, plain } from '../support/words.ts';
import type { Paint } from './paint.ts';
import { count, type ItemProgress, paceText } from './progress/index.ts';
import { outputLines } from './run-output.ts';
import { cachedWords, countsText, elapsedMs, type RunView, stageCounts, stageMs } from './run-view.ts';
import { cutTo, table } from './table.ts';

export interface RunReport extends RunView {
  readonly deadLetters: readonly DeadLetter[];
  /** Oldest first. */
  readonly audit: readonly AuditEntry[];
  /** Undefined when the run gave none, or part of it will not come. */
  readonly output: Json | undefined;
  /** How far its running maps are, by stage. */
  readonly progress?: ReadonlyMap<string, ItemProgress>;
}

const shownLetters = 20;
const longestText = 160;

export const reportOn = (
  report: RunReport,
  { now, width, paint }: { readonly now: number; readonly width: number; readonly paint: Paint },
): readonly string[] => [
  ...factsOf(report, now, paint),
  '',
  ...stagesOf(report, now, width, paint),
  ...lettersOf(report, Math.min(width, longestText)),
  ...auditOf(report, Math.min(width, longestText)),
  ...(report.output === undefined ? [] : ['', ...outputLines(report.output, Math.min(width, longestText), 40)]),
];

const when = (time: string, now: number): string => `${time.slice(0, 19).replace('T', ' ')} UTC (${ago(time, now)})`;

/** Runs above that are named. */
const mostUpstreams = 8;

const factsOf = (report: RunReport, now: number, paint: Paint): readonly string[] => {
  const { run, cost } = report;
  const above = upstreamRunsOf(run).map((one) => `${one.pipeline} ${one.run}`);
  const upstream =
    above.length > mostUpstreams ? [...above.slice(0, mostUpstreams), `${above.length - mostUpstreams} more`] : above;
  const without = Object.values(run.without ?? {})
    .flat()
    .map((one) => `${one.pipeline} ${one.partition}`);
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['status', paint(run.status, `${marks[run.status]} ${run.status}`)],
    ['partition', run.partition],
    ['trigger', `${run.trigger.kind}: ${run.trigger.detail}`],
    ['upstream', upstream.join(', ') || undefined],
    ['without', without.slice(0, mostUpstreams).join(', ') || undefined],
    ['started', when(run.startedAt ?? run.createdAt, now)],
    [run.endedAt === undefined ? 'so far' : 'took', duration(elapsedMs(run, now))],
    ['stages', countsText(stageCounts(report))],
    ['est. cost', cost === undefined ? undefined : `${dollars(cost)} in AWS, at list prices`],
    ['executions', run.generation === undefined ? undefined : String(run.generation)],
    ['forked', run.parent === undefined ? undefined : `from ${run.parent.from} of ${run.parent.run}`],
    ['definition', run.definitionHash],
    ['execution', run.executionArn],
    ['deadline', run.deadline && `${run.deadline.at.slice(0, 19).replace('T', ' ')} UTC${run.late ? ', missed' : ''}`],
    ['cause', run.cause && plain(run.cause, 14)],
    ['undone', run.compensation && undoneText(run.compensation)],
    ['waits', run.status === 'pending' ? run.waits : undefined],
  ];
  return [
    `${run.pipeline}  ${run.run}`,
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`  ${name.padEnd(10)}  ${value}`])),
  ];
};

/** `all that is to be`, or how far the compensation is. */
const undoneText = ({ status, cause }: NonNullable<RunReport['run']['compensation']>): string =>
  status === 'completed'
    ? 'all that is to be'
    : status === 'failed'
      ? `not all: ${plain(cause ?? '', 14)}`
      : 'under way';

const stagesOf = (report: RunReport, now: number, width: number, paint: Paint): readonly string[] => {
  if (report.stages.length === 0) return ['No stage has begun.'];
  const stages = [...report.stages, ...(report.undos ?? [])];
  const saidOf = (stage: StageRecord): string => {
    const items = report.progress?.get(stage.stage);
    return whyOf(stage) || (items ? paceText({ ...stage, items }, now) : '');
  };
  const told = stages.some((stage) => saidOf(stage) !== '');
  const headings = ['stage', 'status', 'attempts', 'took', 'items', 'failed', ...(told ? ['why'] : [])];
  const rows = stages.map((stage) => [
    ...stageRow(stage, report.progress?.get(stage.stage)),
    ...(told ? [saidOf(stage)] : []),
  ]);
  const lines = cutTo(width, table(headings, rows));
  const heads = lines.length - stages.length;
  return lines.map((line, index) => {
    const stage = stages[index - heads];
    return stage ? paint(stage.status, line) : line;
  });
};

const stageRow = (stage: StageRecord, progress: ItemProgress | undefined): readonly string[] => {
  const ms = stageMs(stage);
  return [
    stage.stage,
    `${marks[stage.status]} ${stage.status}`,
    String(stage.attempts),
    ms === undefined ? '–' : duration(ms),
    progress ? doneOf(progress) : stage.items ? count(stage.items.total) : '–',
    progress || stage.items ? count((progress ?? stage.items)?.failed ?? 0) : '–',
  ];
};

const doneOf = ({ done, total }: ItemProgress): string =>
  total === undefined ? `${count(done)} so far` : `${count(done)} of ${count(total)}`;

const whyOf = (record: StageRecord): string => {
  const { status, question, until, error, cause = '', reason = '', warning, via, primary, substituted } = record;
  if (substituted) return oneLine(`the value of onFailure, for ${error}: ${cause}`, longestText);
  if (status === 'completed' && via)
    return oneLine(`by the fallback ${via}, for ${primary?.error}: ${primary?.cause}`, longestText);
  if (status === 'waiting') return oneLine(`${question?.prompt ?? 'waits'} (until ${until})`, longestText);
  const said = warning ?? cachedWords(record) ?? reason;
  return oneLine(error === undefined ? said : `${error}: ${cause}`, longestText);
};

const lettersOf = ({ deadLetters }: RunReport, width: number): readonly string[] => {
  if (deadLetters.length === 0) return [];
  const rows = deadLetters
    .slice(0, shownLetters)
    .map(({ stage, item, attempts, error, cause }) => [
      stage,
      item === undefined ? 'whole stage' : `item ${item}`,
      String(attempts),
      error,
      oneLine(cause, 500),
    ]);
  const more = deadLetters.length - rows.length;
  const closed = deadLetters.filter(({ state = 'open' }) => state !== 'open').length;
  const lines = cutTo(width, table(['stage', 'of', 'attempts', 'error', 'cause'], rows));
  return [
    '',
    `Dead letters: ${count(deadLetters.length)}${closed > 0 ? `, of which ${count(closed)} replayed or discarded` : ''}`,
    ...lines,
    ...(more > 0 ? [`… and ${more.toLocaleString('en-US')} more; --json gives them all`] : []),
  ];
};

/** Who did what, and when. */
const auditOf = ({ audit }: RunReport, width: number): readonly string[] => {
  if (audit.length === 0) return [];
  const rows = audit.map(({ at, what, by, detail }) => [
    at.slice(0, 19).replace('T', ' '),
    what,
    by,
    oneLine(detail, 200),
  ]);
  return ['', ...cutTo(width, table(['when (UTC)', 'what', 'by', 'detail'], rows))];
};
