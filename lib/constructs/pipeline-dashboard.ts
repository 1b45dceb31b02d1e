import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LegendPosition,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { functionKey, type PipelineGraph } from '../graph/index.ts';
import { heddleMetric, type StageMetric } from './metrics.ts';
import { names } from './names.ts';
import type { IPipeline } from './pipeline-interface.ts';

export interface PipelineDashboardProps {
  readonly orchestrator: string;
  readonly pipeline: IPipeline;
  readonly graph: PipelineGraph;
  readonly deadLetters: IQueue;
  /** By the stage's id. */
  readonly handlers: ReadonlyMap<string, IFunction>;
  readonly alarms: readonly Alarm[];
}

/** A pipeline at a glance: is all well, what ran, how long it took, where it fails, and what to do then. */
export const pipelineDashboard = (scope: Construct, props: PipelineDashboardProps): Dashboard => {
  const { orchestrator, pipeline, graph, deadLetters, handlers, alarms } = props;
  const name = pipeline.pipelineName;
  const stages = [...new Set(graph.handled.map(({ node }) => functionKey(node)))];
  const mapped = [...new Set(graph.handled.flatMap(({ node }) => (node.kind === 'map' ? [functionKey(node)] : [])))];
  const ofStages = (metric: StageMetric, ids: readonly string[] = stages): IMetric[] =>
    ids.map((stage) => heddleMetric(metric, { pipeline: name, stage }, { label: stage }));
  const ofHandlers = (metric: 'metricErrors' | 'metricThrottles', what: string): IMetric[] =>
    [...handlers].map(([stage, handler]) => handler[metric]({ label: `${stage} ${what}` }));

  return new Dashboard(scope, 'Dashboard', {
    dashboardName: names.stateMachine(orchestrator, name),
    widgets: [
      [new TextWidget({ width: 16, height: 4, markdown: header(name, graph) }), alarmStatus(alarms)],
      [
        numbers('Runs', [
          pipeline.metricRunsCompleted({ label: 'completed' }),
          pipeline.metricRunsFailed({ label: 'failed' }),
        ]),
        numbers('Dead letters waiting', [
          deadLetters.metricApproximateNumberOfMessagesVisible({ label: 'now', statistic: 'Maximum' }),
        ]),
        numbers('Run duration, average (ms)', [pipeline.metricRunDuration({ label: 'duration' })]),
      ],
      [
        chart('Runs', [
          pipeline.metricRunsCompleted({ label: 'completed', color: green }),
          pipeline.metricRunsFailed({ label: 'failed', color: red }),
        ]),
        chart('Run duration (ms)', [
          pipeline.metricRunDuration({ label: 'average' }),
          pipeline.metricRunDuration({ label: 'p95', statistic: 'p95' }),
        ]),
      ],
      [
        chart('Stage duration, average (ms)', ofStages('StageDuration')),
        chart('Failed attempts', ofStages('Failures')),
      ],
      [
        ...(mapped.length > 0
          ? [
              chart('Items completed', ofStages('ItemsCompleted', mapped)),
              chart('Items failed', ofStages('ItemsFailed', mapped)),
            ]
          : []),
      ],
      [
        chart('Dead letters', [pipeline.metricDeadLetters({ label: 'dead letters', color: red })]),
        chart('Lambda errors and throttles', [
          ...ofHandlers('metricErrors', 'errors'),
          ...ofHandlers('metricThrottles', 'throttled'),
        ]),
      ],
    ],
  });
};

const green = '#2ca02c';
const red = '#d62728';

const header = (name: string, { pipeline }: PipelineGraph): string =>
  [
    `# ${name}`,
    pipeline.description,
    '',
    `**A run failed?** \`heddle runs ${name} --failed\` lists them, \`heddle run <id>\` says which stage and why.`,
    '**Dead letters waiting?** Each is a stage or an item that used up its retries; the rest of its run went on without it.',
  ].join('\n');

const alarmStatus = (alarms: readonly Alarm[]): IWidget =>
  new AlarmStatusWidget({ title: 'Alarms', width: 8, height: 4, alarms: [...alarms] });

const numbers = (title: string, metrics: IMetric[]): IWidget =>
  new SingleValueWidget({ title, metrics, width: 8, height: 4, setPeriodToTimeRange: true });

const chart = (title: string, left: IMetric[]): IWidget =>
  new GraphWidget({ title, left, width: 12, height: 6, leftYAxis: { min: 0 }, legendPosition: LegendPosition.RIGHT });
