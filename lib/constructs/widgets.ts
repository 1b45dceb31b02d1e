// The functions behind the custom widgets of dashboards: one shows, one acts, each with its own rights, and each called with those of
// whoever looks. Who may look but not act is not granted `lambda:InvokeFunction` of the one that acts.
import { fileURLToPath } from 'node:url';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { CustomWidget, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { inputManifest, manifestName, openIndex } from '../records/index.ts';
import { allow, allowLedger, allowObjects, indexArn, runKeysOf } from './access.ts';
import type { Bundles } from './bundles.ts';
import { handlerFunction } from './handler-function.ts';
import { idOf, names } from './names.ts';
import { commonEnvironment, consuming, type OperatorsProps } from './operators.ts';

const functions = {
  widget: { timeoutSeconds: 15, description: 'Shows runs on dashboards; it changes nothing' },
  act: { timeoutSeconds: 120, description: 'Does what the buttons of dashboards say' },
} as const;
type Name = keyof typeof functions;

const entryOf = (name: Name): string => fileURLToPath(new URL(`../../lambdas/operators/${name}.ts`, import.meta.url));

export const widgetEntries: readonly string[] = [entryOf('widget'), entryOf('act')];

export class Widgets extends Construct {
  readonly widget: LambdaFunction;
  readonly act: LambdaFunction;
  readonly #orchestrator: string;
  #serves = false;

  constructor(scope: Construct, id: string, props: OperatorsProps) {
    super(scope, id);
    this.#orchestrator = props.orchestrator;
    this.act = this.#make('act', props, props.bundles);
    this.widget = this.#make('widget', props, props.bundles, { HEDDLE_ACT_FUNCTION: this.act.functionArn });
    const { orchestrator } = props;
    const { tableArn } = props.ledger;
    for (const reader of [this.widget, this.act]) {
      allowLedger(reader, tableArn, ['read']);
      allow(reader, ['dynamodb:Query'], [indexArn(tableArn)]);
    }
    allow(this.widget, ['dynamodb:Query'], [indexArn(tableArn, openIndex.name)]);
    const told = [manifestName(orchestrator), manifestName(orchestrator, inputManifest('*'))];
    for (const reader of [this.widget, this.act])
      allow(
        reader,
        ['ssm:GetParameter'],
        told.map((name) => this.#arn('ssm', `parameter${name}`)),
      );
    // To start runs and let them go on, by what is deployed and what is still there; to answer; to close dead letters.
    allow(this.act, ['sqs:SendMessage'], [props.queues.start.queueArn]);
    allow(this.act, ['lambda:GetFunctionConfiguration'], [this.#functionArn(names.stage(orchestrator, '*', '*'))]);
    allowObjects(this.act, props.payloads.bucketArn, ['read'], ['payloads/']);
    allow(this.act, ['lambda:InvokeFunction'], [this.#functionArn(names.operator(orchestrator, 'answer'))]);
    allowLedger(this.act, tableArn, ['write'], [runKeysOf('*')]);
  }

  /** Lets them at pipelines. By their names, as `Operators` does. */
  serve(): void {
    if (this.#serves) return;
    this.#serves = true;
    const orchestrator = this.#orchestrator;
    for (const reader of [this.widget, this.act])
      allow(reader, ['ssm:GetParameter'], [this.#arn('ssm', `parameter${manifestName(orchestrator, '*')}`)]);
    allow(this.act, ['sqs:SendMessage'], [this.#arn('sqs', names.replayQueue(orchestrator, '*'))]);
    allow(this.act, consuming, [this.#arn('sqs', names.deadLetterQueue(orchestrator, '*'))]);
    const executions = this.#arn('states', `execution:${names.stateMachine(orchestrator, '*')}:*`);
    allow(this.act, ['states:StopExecution'], [executions]);
  }

  #make(
    name: Name,
    props: OperatorsProps,
    bundles: Bundles,
    environment: { readonly [name: string]: string } = {},
  ): LambdaFunction {
    const { timeoutSeconds, description } = functions[name];
    return handlerFunction(new Construct(this, idOf(name)), {
      functionName: names.operator(props.orchestrator, name),
      description,
      code: bundles.code(entryOf(name)),
      memoryMb: 1024,
      timeoutSeconds,
      tracing: props.tracing,
      environment: {
        ...commonEnvironment({ ...props, startQueue: props.queues.start }),
        ...environment,
      },
    });
  }

  #functionArn(name: string): string {
    return Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: name,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  #arn(service: string, resource: string): string {
    return Stack.of(this).formatArn({ service, resource, arnFormat: ArnFormat.NO_RESOURCE_NAME });
  }
}

/** A widget of the function, by its name: the dashboard may stand in another stack. */
export const customWidget = (
  scope: Construct,
  orchestrator: string,
  title: string,
  height: number,
  params: { readonly [name: string]: string },
): IWidget =>
  new CustomWidget({
    title,
    width: 24,
    height,
    functionArn: Stack.of(scope).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: names.operator(orchestrator, 'widget'),
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    }),
    params,
    updateOnTimeRangeChange: false,
  });
