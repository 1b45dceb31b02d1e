// One run: what it is, how each of its stages stands, what it gave.
import {
  type AuditEntry,
  type DeadLetter,
  isCompensating,
  type RunRecord,
  type StageRecord,
  upstreamRunsOf,
} from '../records/index.ts';
import { duration } from '../support/words.ts';
import { compareLink } from './compare.ts';
import { criticalPath } from './critical-path.ts';
import { definitions } from './facts.ts';
import { type Html, html, link } from './html.ts';
import { groupLetters } from './letter-groups.ts';
import { lineageLink } from './lineage.ts';
import { lostPage, type Page } from './page.ts';
import { stageLink } from './run-grid.ts';
import { hasEnded, pipelineLink, runLink } from './run-list.ts';
import { type StageBox, stageGraph } from './stage-graph.ts';
import { stageMs, whyOf } from './stage-words.ts';
import { type Cell, moreThan, notAll, tableOf } from './table.ts';
import { timelineOf } from './timeline.ts';
import { type Known, knownBlock } from './value.ts';
import { badge, count, moment, momentText, plural, took } from './words.ts';

export interface RunFacts {
  readonly run: RunRecord;
  /** Those that have begun or ended, in the order in which they began. */
  readonly stages: readonly StageRecord[];
  /** Ids of the stages that the pipeline has now: those that have no record yet are pending. */
  readonly planned: readonly string[];
  /** What each stage hangs on. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** Of maps under way: items with an outcome. */
  readonly done: ReadonlyMap<string, number>;
  /** Why not all of the graph is known, if so. */
  readonly unknown: string | undefined;
  /** The moment up to which what is under way is drawn. */
  readonly until: string;
  readonly deadLetters: readonly DeadLetter[];
  /** There are more of them. */
  readonly moreLetters: boolean;
  readonly audit: readonly AuditEntry[];
  /** Undefined where it is not shown. */
  readonly input: Known | undefined;
  /** Undefined when the run gave none. */
  readonly output: Known | undefined;
}

const factsOf = ({ run }: RunFacts): Html => {
  const above = upstreamRunsOf(run);
  const { resume, parent, deadline, compensation } = run;
  return html`<p class="lead">${badge(run.status)} ${run.deadLetters ? html`<span class="dead">${plural(run.deadLetters, 'dead letter')}</span> ` : ''}of <a href="${pipelineLink(run.pipeline)}">${run.pipeline}</a></p>${
    run.cause === undefined ? '' : html`<pre class="cause">${run.error ? `${run.error}: ` : ''}${run.cause}</pre>`
  }${definitions([
    ['Run', html`<code>${run.run}</code>`],
    ['Partition', run.partition === run.run ? undefined : run.partition],
    ['Trigger', `${run.trigger.kind}: ${run.trigger.detail}`],
    ['Asked for', moment(run.createdAt)],
    ['Began', run.startedAt && moment(run.startedAt)],
    ['Took', run.startedAt && took(run.startedAt, run.endedAt)],
    ['Waits', run.status === 'pending' ? run.waits : undefined],
    [
      'Reads from',
      above.length > 0
        ? html`${above.slice(0, 8).map((one) => html`<a href="${runLink(one)}">${one.pipeline} ${one.partition ?? one.run}</a> `)}${above.length > 8 ? `and ${above.length - 8} more` : ''}`
        : undefined,
    ],
    [
      'Executions',
      run.generation === undefined
        ? undefined
        : `${run.generation}${resume ? `, the last by ${resume.by}: ${resume.reason}` : ''}`,
    ],
    [
      'Forked',
      parent &&
        html`from ${parent.from} of <a href="${runLink({ pipeline: run.pipeline, run: parent.run })}">${parent.run}</a>`,
    ],
    ['Deadline', deadline && `${momentText(deadline.at)}${run.late ? ', missed' : ''}`],
    [
      'Undone',
      compensation && `${compensation.status}${compensation.status === 'failed' ? `: ${compensation.cause}` : ''}`,
    ],
    ['Definition', run.definitionHash && html`<code>${run.definitionHash}</code>`],
    ['Execution', run.executionArn && html`<code>${run.executionArn}</code>`],
  ])}`;
};

/** What can be done with a run as it stands. */
const actionsOf = ({ run: of, stages }: RunFacts): Html => {
  const { pipeline, run, status, compensation } = of;
  const isOver = hasEnded(of);
  const action = (name: string, text: string, stage?: string): Html =>
    html`<a href="${link(['do', name], { pipeline, run, stage })}">${text}</a>`;
  const asked = stages.filter((one) => one.status === 'waiting' && one.question !== undefined);
  const offered = [
    ...asked.map(({ stage }) => action('answer', `Answer ${stage}`, stage)),
    ...(isOver || status === 'skipped' ? [] : [action('cancel', 'Cancel')]),
    ...(isOver && status !== 'completed' && !isCompensating({ compensation }) ? [action('resume', 'Resume')] : []),
  ];
  return html`<p class="actions">${offered}<a href="${compareLink(of)}">Compare</a><a href="${lineageLink(`${pipeline}/${of.partition}`, run)}">Lineage</a></p>`;
};

const stageRow = (run: RunRecord, stage: StageRecord): readonly Cell[] => {
  const ms = stageMs(stage);
  const { items } = stage;
  const isUnderWay = stage.status === 'running' || stage.status === 'waiting';
  return [
    html`<a href="${stageLink(run, stage.stage)}">${stage.stage}</a>`,
    badge(stage.status),
    stage.attempts,
    ms !== undefined ? duration(ms) : isUnderWay ? took(stage.startedAt, undefined) : '–',
    items ? count(items.total) : '–',
    items ? count(items.failed) : '–',
    whyOf(stage),
  ];
};

const stagesOf = ({ run, stages, planned }: RunFacts): Html => {
  const known = new Set(stages.map(({ stage }) => stage));
  const missing = run.endedAt === undefined ? planned.filter((id) => !known.has(id)) : [];
  return html`<h2>Stages</h2>${tableOf(
    'Stages',
    [
      { heading: 'Stage' },
      { heading: 'Status' },
      { heading: 'Attempts', kind: 'number' },
      { heading: 'Took', kind: 'number' },
      { heading: 'Items', kind: 'number' },
      { heading: 'Failed', kind: 'number' },
      { heading: 'Why', kind: 'why' },
    ],
    [
      ...stages.map((stage) => stageRow(run, stage)),
      ...missing.map((id) => [
        html`<a href="${stageLink(run, id)}">${id}</a>`,
        badge('pending'),
        '–',
        '–',
        '–',
        '–',
        '',
      ]),
    ],
  )}`;
};

const shownGroups = 10;

const lettersOf = ({ run, deadLetters, moreLetters }: RunFacts): Html => {
  if (deadLetters.length === 0) return html``;
  const groups = groupLetters(deadLetters);
  const act = (name: string, text: string): Html =>
    html`<a href="${link(['do', name], { pipeline: run.pipeline, id: run.run })}">${text}</a>`;
  const isOpen = deadLetters.some(({ state = 'open' }) => state === 'open');
  return html`<h2>Dead letters</h2>${
    isOpen && hasEnded(run)
      ? html`<p class="actions">${act('replay', 'Replay them')}${act('discard', 'Discard them')}</p>`
      : ''
  }${tableOf(
    'Dead letters, by cause',
    [
      { heading: 'Stage' },
      { heading: 'Dead letters', kind: 'number' },
      { heading: 'State' },
      { heading: 'Why', kind: 'why' },
    ],
    groups
      .slice(0, shownGroups)
      .map(({ stage, state, error, cause, letters }) => [
        html`<a href="${stageLink(run, stage)}">${stage}</a>`,
        count(letters.length),
        state,
        `${error}: ${cause}`,
      ]),
  )}${moreThan(shownGroups, groups.length, ' causes')}${moreLetters ? notAll(deadLetters.length) : ''}`;
};

/** `stage failed` */
const spaced = (what: AuditEntry['what']): string => what.replace(/[A-Z]/, (letter) => ` ${letter.toLowerCase()}`);

const historyOf = ({ audit }: RunFacts): Html =>
  html`<h2>History</h2>${tableOf(
    'History',
    [{ heading: 'When' }, { heading: 'What' }, { heading: 'By' }, { heading: 'Detail', kind: 'why' }],
    audit.map(({ at, what, by, detail }) => [moment(at), spaced(what), by, detail]),
  )}`;

const boxOf = ({ run, done }: RunFacts, stage: StageRecord): StageBox => {
  const { status, attempts, startedAt, items } = stage;
  const ms = stageMs(stage);
  return {
    stage: stage.stage,
    status,
    href: stageLink(run, stage.stage),
    attempts,
    ...(ms === undefined ? {} : { ms }),
    ...(startedAt === undefined ? {} : { since: startedAt }),
    ...(items
      ? {
          items: {
            done: done.get(stage.stage) ?? items.completed + items.failed,
            total: items.total,
            failed: items.failed,
          },
        }
      : {}),
  };
};

const graphOf = (facts: RunFacts, critical: ReadonlySet<string>): Html => {
  const { run, stages, planned, needs, unknown } = facts;
  const records = new Map(stages.map((stage) => [stage.stage, stage]));
  // A run that has ended has records of all that it came by.
  const ids = run.endedAt === undefined ? [...new Set([...planned, ...records.keys()])] : [...records.keys()];
  const boxes = ids.map((id): StageBox => {
    const record = records.get(id);
    return record ? boxOf(facts, record) : { stage: id, status: 'pending', href: stageLink(run, id) };
  });
  return html`<h2>Graph</h2>${boxes.length === 0 ? html`<p>It has no stage.</p>` : stageGraph(boxes, needs, critical)}${
    unknown === undefined ? '' : html`<p class="muted">${unknown}</p>`
  }`;
};

export const runPage = (facts: RunFacts): Page => {
  const critical = criticalPath(facts.stages, facts.needs);
  return {
    title: `${facts.run.pipeline} ${facts.run.partition === facts.run.run ? facts.run.run : facts.run.partition}`,
    regions: [
      { id: 'run', body: html`${actionsOf(facts)}${factsOf(facts)}` },
      { id: 'graph', body: graphOf(facts, critical) },
      { id: 'timeline', body: html`<h2>Timeline</h2>${timelineOf({ ...facts, critical })}` },
      { id: 'stages', body: stagesOf(facts) },
      { id: 'letters', body: lettersOf(facts) },
      { id: 'input', body: facts.input === undefined ? html`` : html`<h2>Input</h2>${knownBlock(facts.input)}` },
      { id: 'output', body: facts.output === undefined ? html`` : html`<h2>Output</h2>${knownBlock(facts.output)}` },
      { id: 'history', body: historyOf(facts) },
    ],
  };
};

/** A run that is not in the ledger: it never was, or it is kept no longer. */
export const vanishedRun = (pipeline: string, run: string, code: string): Page =>
  lostPage(
    'There is no such run',
    `${code}: the ledger has no run ${run} of ${pipeline}.`,
    'It was deleted when its time in the ledger was over (retention), or the address is wrong. The pipeline’s page lists the runs that there are.',
  );
