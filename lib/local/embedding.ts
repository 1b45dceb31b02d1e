// Single services inside a program: no template, and no port unless one is asked for.
import { invariant } from '../support/invariant.ts';
import { type HostOptions, openHost } from './host.ts';
import type { Service, ServiceId, Shape } from './service.ts';

export interface ServicesOptions extends HostOptions {
  /** The services to run. @default ['sfn', 'lambda'] */
  readonly services?: readonly ServiceId[];
  /** Serve them to AWS SDKs too. 0 takes any free port. @default no server, and SDK calls of functions fail */
  readonly port?: number;
  /** @default 'us-east-1' */
  readonly region?: string;
  /** @default '123456789012' */
  readonly account?: string;
}

/** Running services, with their state where it was left. */
export interface Services {
  /** A service that was asked for. Throws ServiceUnavailable for another. */
  service(id: ServiceId): Service;
  /** What DescribeExecution answers once the execution has ended and that is on disk. */
  ended(executionArn: string): Promise<Shape>;
  close(): Promise<void>;
}

/**
 * Opens services on a state folder and carries on with what was left undone there.
 *
 * Throws EngineError: HDL502 to HDL505 (port, state folder).
 *
 * ```ts
 * const engine = await openServices({
 *   stateDir: '.state',
 *   functions: { double: async (event: { n: number }) => ({ n: event.n * 2 }) },
 * });
 * const definition = '{"StartAt":"D","States":{"D":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:123456789012:function:double","End":true}}}';
 * const roleArn = 'arn:aws:iam::123456789012:role/any';
 * const { stateMachineArn } = await engine.service('sfn').call('CreateStateMachine', { name: 'm', definition, roleArn });
 * const { executionArn } = await engine.service('sfn').call('StartExecution', { stateMachineArn, input: '{"n":21}' });
 * const { status, output } = await engine.ended(String(executionArn));
 * await engine.close();
 * ```
 */
export const openServices = async (options: ServicesOptions): Promise<Services> => {
  const { services = ['sfn', 'lambda'], region = 'us-east-1', account = '123456789012' } = options;
  const { composition, announce, close } = await openHost({ ...options, services, region, account });
  try {
    await composition.start();
    announce();
  } catch (error) {
    await close();
    throw error;
  }
  const ended = async (executionArn: string): Promise<Shape> => {
    const sfn = composition.get('sfn');
    invariant(sfn.ended, 'sfn tells of the end of executions');
    return await sfn.ended(executionArn); // a promise that is returned as it is costs two turns of the job queue more
  };
  return { service: composition.get, ended, close };
};
