import { ArnFormat, Stack } from 'aws-cdk-lib';
import {
  Alarm,
  AlarmStatusWidget,
  AlarmStatusWidgetSortBy,
  Column,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  LegendPosition,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { typedOptions } from './alarms.ts';
import { heddleMetric, type PipelineMetric } from './metrics.ts';
import { names } from './names.ts';
import type { Operators } from './operators.ts';
import { pipelineAlarmNames } from './pipeline-alarms.ts';
import type { Queues } from './queues.ts';
import type { Monitoring } from './shared.ts';
import { customWidget } from './widgets.ts';

export interface OrchestratorDashboardProps {
  readonly orchestrator: string;
  readonly queues: Queues;
  readonly operators: Operators;
  /** Its own; those of its pipelines are added with them. */
  readonly alarms: readonly IAlarm[];
  readonly monitoring: Monitoring;
}

/** All pipelines of an orchestrator together: a header, what is on its way, and a row for each pipeline added. */
export class OrchestratorDashboard {
  readonly #dashboard: Dashboard;
  readonly #orchestrator: string;
  readonly #monitoring: Monitoring;
  /** Shown first. A widget is full with 100 of them: the next ones are in another, below it. */
  readonly #alarms: Column;
  #alarmsOfLast: IAlarm[];
  #pipelines = 0;

  constructor(scope: Construct, id: string, props: OrchestratorDashboardProps) {
    const { orchestrator, queues, operators } = props;
    this.#orchestrator = orchestrator;
    this.#monitoring = props.monitoring;
    this.#alarmsOfLast = [...props.alarms];
    this.#alarms = new Column(alarmStatus('Alarms, those that ring first', this.#alarmsOfLast));
    const waiting = 'metricApproximateNumberOfMessagesVisible';
    const all = Object.entries(operators.all);
    this.#dashboard = new Dashboard(scope, id, {
      dashboardName: orchestrator,
      widgets: [
        [this.#alarms],
        [new TextWidget({ width: 24, height: 4, markdown: header(orchestrator) })],
        ...(props.monitoring.widgets === false
          ? []
          : [
              [customWidget(scope, orchestrator, 'Pipelines', 12, { view: 'home' })],
              [customWidget(scope, orchestrator, 'Questions that runs wait with', 6, { view: 'approvals' })],
              [customWidget(scope, orchestrator, 'Dead letters', 8, { view: 'letters' })],
            ]),
        [
          chart('Waiting to start', 8, [
            queues.start[waiting]({ label: 'start messages' }),
            queues.startFailed[waiting]({ label: 'given up' }),
            queues.undelivered[waiting]({ label: 'undelivered' }),
          ]),
          chart(
            'Operator errors',
            8,
            all.map(([name, operator]) => operator.metricErrors({ label: name })),
          ),
          chart(
            'Operator durations (ms)',
            8,
            all.map(([name, operator]) => operator.metricDuration({ label: name })),
          ),
        ],
      ],
    });
  }

  addPipeline(pipeline: string): void {
    const stack = Stack.of(this.#dashboard);
    for (const name of pipelineAlarmNames(this.#orchestrator, pipeline, this.#monitoring)) {
      // By their names: a pipeline may stand in another stack, which depends on this one.
      const arn = stack.formatArn({
        service: 'cloudwatch',
        resource: 'alarm',
        resourceName: name,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
      this.#addAlarm(Alarm.fromAlarmArn(this.#dashboard, name, arn));
    }
    this.#pipelines += 1;
    if (this.#pipelines > mostRows) {
      if (this.#pipelines === mostRows + 1)
        this.#dashboard.addWidgets(new TextWidget({ width: 24, height: 2, markdown: noMoreRows(this.#orchestrator) }));
      return;
    }
    const of = (metric: PipelineMetric, label: string): IMetric => heddleMetric(metric, { pipeline }, { label });
    const link = `[${pipeline}](#dashboards:name=${names.stateMachine(this.#orchestrator, pipeline)})`;
    this.#dashboard.addWidgets(
      new TextWidget({ width: 24, height: 1, markdown: `## ${link}` }),
      chart('Runs', 6, [of('RunsFailed', 'failed'), of('RunsCompleted', 'completed')]),
      chart('Dead letters', 6, [of('DeadLetters', 'dead letters')]),
      chart('Run duration, average (ms)', 6, [of('RunDuration', 'duration')]),
      chart('Cost of ended runs ($)', 6, [of('RunCost', 'dollars')]),
    );
  }

  #addAlarm(alarm: IAlarm): void {
    if (this.#alarmsOfLast.length === mostAlarms) {
      this.#alarmsOfLast = [];
      this.#alarms.addWidget(alarmStatus('More alarms, those that ring first', this.#alarmsOfLast));
    }
    this.#alarmsOfLast.push(alarm);
  }
}

/** Of a dashboard with 500 widgets at most, five for each pipeline. */
const mostRows = 90;

const noMoreRows = (orchestrator: string): string =>
  `A dashboard has no room for charts of more than ${mostRows} pipelines. Those that were added later have dashboards of their own, ${orchestrator}-PIPELINE, and their alarms are above.`;

/** Alarms that a widget shows at most. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
const mostAlarms = 100;

const header = (orchestrator: string): string =>
  [
    `## ${orchestrator}`,
    'An alarm says in its description what to type. Below are the starts and the operators that all pipelines share, then each pipeline: its name leads to its own dashboard.',
    '',
    `Given up or undelivered start messages mean that a run never started: \`${names.startDeadLetterQueue(orchestrator)}\` and \`${names.undeliveredQueue(orchestrator)}\` hold them, \`npx heddle dead-letters list${typedOptions(orchestrator)}\` says why.`,
  ].join('\n');

const alarmStatus = (title: string, alarms: IAlarm[]): AlarmStatusWidget =>
  new AlarmStatusWidget({
    title,
    width: 24,
    height: 4,
    alarms,
    sortBy: AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
  });

const chart = (title: string, width: number, left: IMetric[]): GraphWidget =>
  new GraphWidget({ title, left, width, height: 6, leftYAxis: { min: 0 }, legendPosition: LegendPosition.BOTTOM });
