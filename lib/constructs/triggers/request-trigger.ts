import { fileURLToPath } from 'node:url';
import { CfnOutput } from 'aws-cdk-lib';
import { FunctionUrlAuthType, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { Trigger } from '../../definition/index.ts';
import { environmentNames, manifestName, requestKey } from '../../records/index.ts';
import { allow, allowLedger } from '../access.ts';
import { handlerFunction } from '../handler-function.ts';
import { names } from '../names.ts';
import { commonEnvironment } from '../operators.ts';
import type { IOrchestrator } from '../shared.ts';
import { parameterArn } from './queue-trigger.ts';

const entry = fileURLToPath(new URL('../../../lambdas/operators/request.ts', import.meta.url));

export interface RequestFunction {
  readonly handler: LambdaFunction;
  readonly url: string;
}

/** A function with a URL that asks for a run for each signed request. Nobody may call it who is not granted that. */
export const requestTrigger = (
  scope: Construct,
  id: string,
  orchestrator: IOrchestrator,
  pipeline: string,
  { when }: Extract<Trigger<unknown>, { kind: 'request' }>,
): RequestFunction => {
  const { orchestratorName, ledger, payloads, eventBus, startQueue, bundles } = orchestrator;
  bundles.add(scope, [entry]);
  const made = new Construct(scope, id);
  const handler = handlerFunction(made, {
    functionName: names.requests(orchestratorName, pipeline),
    description: `Starts ${pipeline} for signed requests`,
    code: bundles.code(entry),
    memoryMb: 512,
    timeoutSeconds: 30,
    tracing: orchestrator.monitoring.tracing,
    environment: {
      ...commonEnvironment({ orchestrator: orchestratorName, ledger, payloads, eventBus, startQueue }),
      [environmentNames.trigger]: JSON.stringify({ pipeline, trigger: id.toLowerCase(), ...(when ? { when } : {}) }),
    },
  });
  allowLedger(handler, ledger.tableArn, ['read', 'write'], [requestKey(pipeline, '').pk]);
  allow(handler, ['sqs:SendMessage'], [startQueue.queueArn]);
  allow(handler, ['ssm:GetParameter'], [parameterArn(scope, manifestName(orchestratorName, pipeline))]);
  const { url } = handler.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
  new CfnOutput(made, 'Url', { value: url, description: `Starts ${pipeline}: signed requests only` });
  return { handler, url };
};
