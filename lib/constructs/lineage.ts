// Lineage on the bus, and from there to an endpoint that takes OpenLineage, such as Marquez's, or to a domain of Amazon DataZone.
import { fileURLToPath } from 'node:url';
import { ArnFormat, SecretValue, Stack, Token } from 'aws-cdk-lib';
import {
  ApiDestination,
  Authorization,
  Connection,
  HttpMethod,
  type IApiDestination,
  type IRuleTarget,
  Rule,
  RuleTargetInput,
} from 'aws-cdk-lib/aws-events';
import { ApiDestination as ApiDestinationTarget, LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { formatDiagnostic } from '../definition/index.ts';
import { environmentNames, openLineageType, runEvents } from '../records/index.ts';
import { allow } from './access.ts';
import { handlerFunction } from './handler-function.ts';
import { names } from './names.ts';
import type { OperatorsProps } from './operators.ts';
import { deadLetterQueue } from './queues.ts';
import { delivery } from './triggers/start-target.ts';

export interface LineageOptions {
  /** Where OpenLineage events are posted: `https://marquez.example.com/api/v1/lineage`. @default nowhere: they are on the bus */
  readonly endpoint?: string;
  /** @default a header that says who posts, for endpoints that ask for none */
  readonly authorization?: Authorization;
  /** Posts a second at most. @default 50 */
  readonly perSecond?: number;
  /** The id of a domain of Amazon DataZone in this account and region that gets them, such as `dzd_4dx1example`. @default none */
  readonly dataZone?: string;
}

const entry = fileURLToPath(new URL('../../lambdas/operators/post-lineage.ts', import.meta.url));

/** Posts every OpenLineage event; what is not taken in the end is kept on a queue of its own for two weeks. */
export const postLineage = (scope: Construct, props: OperatorsProps, options: LineageOptions): void => {
  const { endpoint, dataZone } = options;
  if (endpoint === undefined && dataZone === undefined) return;
  const { orchestrator, eventBus } = props;
  const own = new Construct(scope, 'Lineage');
  const dead = deadLetterQueue(own, 'DeadLetters', names.operator(orchestrator, 'lineage-dead-letters'));
  new Rule(own, 'Events', {
    ruleName: names.operator(orchestrator, 'lineage'),
    description: 'Posts OpenLineage run events',
    eventBus,
    eventPattern: { source: [runEvents.source], detailType: [openLineageType] },
    targets: [
      ...(endpoint === undefined ? [] : [toEndpoint(own, orchestrator, endpoint, options, dead)]),
      ...(dataZone === undefined ? [] : [toDataZone(own, props, dataZone, dead)]),
    ],
  });
};

const toEndpoint = (
  own: Construct,
  orchestrator: string,
  endpoint: string,
  { authorization, perSecond = 50 }: LineageOptions,
  deadLetters: IQueue,
): IRuleTarget => {
  const connection = new Connection(own, 'Connection', {
    connectionName: names.operator(orchestrator, 'lineage'),
    description: 'Who posts lineage',
    // EventBridge knows no connection without one.
    authorization: authorization ?? Authorization.apiKey('x-producer', SecretValue.unsafePlainText('heddle')),
  });
  const destination = new ApiDestination(own, 'Endpoint', {
    apiDestinationName: names.operator(orchestrator, 'lineage'),
    description: 'Takes OpenLineage run events',
    connection,
    endpoint,
    httpMethod: HttpMethod.POST,
    rateLimitPerSecond: perSecond,
  });
  // CDK's own class lets an ARN be undefined that its interface says is a string.
  return new ApiDestinationTarget(destination as IApiDestination, {
    event: RuleTargetInput.fromEventPath('$.detail'),
    deadLetterQueue: deadLetters,
    retryAttempts: delivery.retries,
    maxEventAge: delivery.age,
  });
};

/**
 * HDL859: `lineage.dataZone` of an Orchestrator is no id of a domain of Amazon DataZone. Fix: take the id from the domain's details in
 * the console of DataZone: `dzd_` and letters and digits.
 */
const toDataZone = (own: Construct, props: OperatorsProps, domain: string, deadLetters: IQueue): IRuleTarget => {
  if (!Token.isUnresolved(domain) && !/^dzd[-_][A-Za-z0-9_-]{1,36}$/.test(domain)) {
    const fix = "take it from the domain's details: dzd_ and letters and digits";
    const message = `'${domain}' is no id of a domain of Amazon DataZone`;
    throw new Error(formatDiagnostic({ code: 'HDL859', severity: 'error', at: 'lineage.dataZone', message, fix }));
  }
  props.bundles.add(own, [entry]);
  const poster = handlerFunction(new Construct(own, 'DataZone'), {
    functionName: names.operator(props.orchestrator, 'post-lineage'),
    description: `Posts OpenLineage run events to ${domain}`,
    code: props.bundles.code(entry),
    memoryMb: 256,
    timeoutSeconds: 60,
    tracing: props.tracing,
    environment: { [environmentNames.dataZone]: domain },
    deadLetterQueue: deadLetters,
  });
  const { NO_RESOURCE_NAME } = ArnFormat;
  const domainArn = Stack.of(own).formatArn({
    service: 'datazone',
    resource: `domain/${domain}`,
    arnFormat: NO_RESOURCE_NAME,
  });
  allow(poster, ['datazone:PostLineageEvent'], [domainArn]);
  return new LambdaFunction(poster, {
    deadLetterQueue: deadLetters,
    retryAttempts: delivery.retries,
    maxEventAge: delivery.age,
  });
};
