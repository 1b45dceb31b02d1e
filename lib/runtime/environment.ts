// The one place where the runtime reads its environment: the names that the constructs set, and Lambda's own.
import { environmentNames } from '../records/index.ts';
import type { AwsSettings } from '../support/aws-call.ts';

type Name = keyof typeof environmentNames;

/** Environment variables by name. */
export type Environment = { readonly [name: string]: string | undefined };

/** The function's own, as Lambda gives it. */
export const ownEnvironment: Environment = process.env;

/**
 * The value of one of our environment variables.
 * HDL310: a stage's function was deployed without one of them. Fix: deploy the function through Heddle's constructs.
 */
export const setting = (name: Name, environment = ownEnvironment): string => {
  const value = environment[environmentNames[name]];
  if (!value)
    throw new Error(
      `HDL310 the environment has no ${environmentNames[name]}. Fix: deploy the function through Heddle's constructs.`,
    );
  return value;
};

/** Credentials, region and endpoint as Lambda gives them. `AWS_ENDPOINT_URL` is the local engine's, absent on AWS. */
export const awsSettings = (environment = ownEnvironment): AwsSettings => ({
  region: environment.AWS_REGION ?? 'us-east-1',
  endpoint: environment.AWS_ENDPOINT_URL,
  accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
  secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
  sessionToken: environment.AWS_SESSION_TOKEN,
});
