// Lineage on the bus, and from there to an endpoint that takes OpenLineage, such as Marquez's.
import { SecretValue } from 'aws-cdk-lib';
import {
  ApiDestination,
  Authorization,
  Connection,
  type EventBus,
  HttpMethod,
  type IApiDestination,
  Rule,
  RuleTargetInput,
} from 'aws-cdk-lib/aws-events';
import { ApiDestination as ApiDestinationTarget } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { openLineageType, runEvents } from '../records/index.ts';
import { names } from './names.ts';
import { deadLetterQueue } from './queues.ts';
import { delivery } from './triggers/start-target.ts';

export interface LineageOptions {
  /** Where OpenLineage events are posted: `https://marquez.example.com/api/v1/lineage`. @default nowhere: they are on the bus */
  readonly endpoint?: string;
  /** @default a header that says who posts, for endpoints that ask for none */
  readonly authorization?: Authorization;
  /** Posts a second at most. @default 50 */
  readonly perSecond?: number;
}

/** Posts every OpenLineage event; what is not taken in a day is kept on a queue of its own for two weeks. */
export const postLineage = (
  scope: Construct,
  orchestrator: string,
  eventBus: EventBus,
  endpoint: string,
  { authorization, perSecond = 50 }: LineageOptions,
): void => {
  const own = new Construct(scope, 'Lineage');
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
  new Rule(own, 'Events', {
    ruleName: names.operator(orchestrator, 'lineage'),
    description: 'Posts OpenLineage run events',
    eventBus,
    eventPattern: { source: [runEvents.source], detailType: [openLineageType] },
    targets: [
      // CDK's own class lets an ARN be undefined that its interface says is a string.
      new ApiDestinationTarget(destination as IApiDestination, {
        event: RuleTargetInput.fromEventPath('$.detail'),
        deadLetterQueue: deadLetterQueue(own, 'DeadLetters', names.operator(orchestrator, 'lineage-dead-letters')),
        retryAttempts: delivery.retries,
        maxEventAge: delivery.age,
      }),
    ],
  });
};
