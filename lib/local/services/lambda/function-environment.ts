// The environment variables that a function sees. None come from the engine's own process: no real credentials leak in.
import type { EngineContext } from '../../service.ts';
import { type FunctionRecord, LATEST } from './function-record.ts';

const NO_FILE = '/dev/null'; // SDKs must not find the profiles of the person whose machine this is

export const functionEnvironment = (
  context: EngineContext,
  record: FunctionRecord,
  logStream: string,
  added: { readonly [name: string]: string } = {},
): { readonly [name: string]: string } => ({
  ...record.environment,
  ...added,
  _HANDLER: record.handler,
  AWS_ACCESS_KEY_ID: 'AKIALOCAL',
  AWS_CONFIG_FILE: NO_FILE,
  AWS_DEFAULT_REGION: context.region,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: context.endpoint(),
  AWS_EXECUTION_ENV: `AWS_Lambda_${record.runtime}`,
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(record.memoryMb),
  AWS_LAMBDA_FUNCTION_NAME: record.name,
  AWS_LAMBDA_FUNCTION_VERSION: record.version ?? LATEST,
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  ...(record.logging && { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: record.logging.level }),
  AWS_LAMBDA_LOG_GROUP_NAME: record.logGroup,
  AWS_LAMBDA_LOG_STREAM_NAME: logStream,
  AWS_REGION: context.region,
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: 'local',
  AWS_SHARED_CREDENTIALS_FILE: NO_FILE,
  LAMBDA_TASK_ROOT: record.directory,
  LANG: 'en_US.UTF-8',
  TZ: ':UTC',
});
