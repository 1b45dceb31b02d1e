// The Lambda handler under every operator: services made once, structured logs, errors logged and thrown on.
import { Logger } from '@aws-lambda-powertools/logger';
import middy from '@middy/core';
import { openLedger } from '../ledger/index.ts';
import { environmentNames } from '../records/index.ts';
import { connect } from '../support/aws-call.ts';
import { openManifests } from './manifests.ts';
import type { Services } from './services.ts';

/** The environment of a Lambda, as `process.env` gives it. */
export type Environment = { readonly [name: string]: string | undefined };

const open = (environment: Environment): Services => {
  const setting = (name: keyof typeof environmentNames): string => {
    const value = environment[environmentNames[name]];
    if (!value)
      throw new Error(
        `HDL405 the environment has no ${environmentNames[name]}. Fix: deploy the operator through Heddle's constructs`,
      );
    return value;
  };
  const aws = connect({
    region: environment.AWS_REGION ?? 'us-east-1',
    endpoint: environment.AWS_ENDPOINT_URL,
    accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: environment.AWS_SESSION_TOKEN,
  });
  return {
    aws,
    ledger: openLedger(aws, { table: setting('table'), payloadBucket: setting('payloadBucket') }),
    eventBus: setting('eventBus'),
    manifests: openManifests(aws, setting('manifestPath'), Date.now),
    now: Date.now,
  };
};

/** `environment` is read at the first call; what is made of it is kept while the Lambda is warm. */
export const operatorHandler = <Event, Answer>(
  name: string,
  environment: Environment,
  work: (event: Event, services: Services, logger: Logger) => Promise<Answer>,
) => {
  const logger = new Logger({ serviceName: name });
  let services: Services | undefined;
  return middy<Event, Answer>()
    .use({
      onError: ({ error }) => {
        if (error) logger.error(`${name} failed`, error);
      },
    })
    .handler((event: Event) => {
      services ??= open(environment);
      return work(event, services, logger);
    });
};
