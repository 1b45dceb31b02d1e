// Whatever a command threw, as one message and an exit code.
import { DefinitionError } from '../definition/index.ts';
import { EngineError } from '../local/index.ts';
import { AwsCallError } from '../support/aws-call.ts';
import { CliError } from './cli-error.ts';

export interface DescribedError {
  readonly message: string;
  readonly exit: 1 | 2 | 3;
}

/** Errors that we know speak for themselves; any other is ours to mend, and comes with its stack. */
export const describeError = (error: unknown): DescribedError => {
  if (error instanceof CliError) return { message: error.message, exit: error.exit };
  if (error instanceof DefinitionError || error instanceof EngineError) return { message: error.message, exit: 2 };
  if (error instanceof AwsCallError) {
    const fix = 'see what it says; for access denied, check the account, the region and your permissions';
    const message = `HDL608 AWS refused: ${error.message} (HTTP ${error.status}); expected it to allow the call. Fix: ${fix}`;
    return { message, exit: 3 };
  }
  const unreachable = failedConnection(error);
  if (unreachable !== undefined) {
    const fix = 'check the network and AWS_ENDPOINT_URL; where it was a local engine, which has ended, run this again';
    return { message: `HDL608 AWS cannot be reached: ${unreachable}; expected an answer. Fix: ${fix}`, exit: 3 };
  }
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    return { message: `HDL603 ${error.message}. Fix: see --help`, exit: 2 };
  }
  return {
    message: `HDL600 unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    exit: 1,
  };
};

/** Why `fetch` got no answer, or none in time, or a part of one: its own message never says, its cause does. */
const failedConnection = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined;
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'it gave no answer in time';
  if ((error.message !== 'fetch failed' && error.message !== 'terminated') || !('cause' in error)) return undefined;
  const { cause } = error;
  if (typeof cause !== 'object' || cause === null) return String(cause);
  const code = 'code' in cause ? String(cause.code) : '';
  return 'message' in cause && cause.message !== '' ? String(cause.message) : code;
};
