// Region and credentials for AWS, from where the AWS SDK would take them: the environment, a profile, SSO, a role.
import type { AwsSettings } from '../support/aws-call.ts';
import { CliError } from './cli-error.ts';

type Environment = { readonly [name: string]: string | undefined };

/** Throws CliError HDL614 (exit 3) when there is no region or nobody to sign as. */
export const awsSettings = async (environment: Environment): Promise<AwsSettings> => {
  const endpoint = environment.AWS_ENDPOINT_URL?.replace(/\/+$/, '');
  const region = environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (region && accessKeyId && secretAccessKey) {
    return { region, endpoint, accessKeyId, secretAccessKey, sessionToken: environment.AWS_SESSION_TOKEN };
  }
  // An emulator on this machine takes anybody.
  if (endpoint && isLoopback(endpoint)) {
    return { region: region ?? 'us-east-1', endpoint, accessKeyId: 'local', secretAccessKey: 'local' };
  }
  return { ...(await fromProfile()), endpoint };
};

const isLoopback = (endpoint: string): boolean =>
  URL.canParse(endpoint) && ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);

/** The SDK's own chain of places; it takes 100 ms to load, so only here. */
const fromProfile = async (): Promise<Omit<AwsSettings, 'endpoint'>> => {
  const { SFNClient } = await import('@aws-sdk/client-sfn');
  const { config } = new SFNClient({});
  try {
    const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials();
    return { region: await config.region(), accessKeyId, secretAccessKey, sessionToken };
  } catch (error) {
    throw new CliError(
      'HDL614',
      3,
      `AWS cannot be asked: ${error instanceof Error ? error.message : String(error)}`,
      'a region and credentials in the environment or in a profile',
      'aws sso login, or set AWS_PROFILE and AWS_REGION; for runs on this machine, leave out --aws and AWS_ENDPOINT_URL',
    );
  }
};
