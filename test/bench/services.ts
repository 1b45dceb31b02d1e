// The local services in a process of their own: on AWS, and between the engine and its functions, what they do is not the caller's work.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type Aws, connect } from '../../lib/support/aws-call.ts';

export interface ServicesApart {
  readonly endpoint: string;
  readonly queueUrl: string;
  readonly aws: Aws;
  close(): Promise<void>;
}

export const startServices = async (): Promise<ServicesApart> => {
  const child = fork(new URL('./services-process.ts', import.meta.url));
  const [told] = (await once(child, 'message')) as [{ endpoint: string; queueUrl: string }]; // as it sends it
  return {
    ...told,
    aws: connect({ region: 'us-east-1', endpoint: told.endpoint, accessKeyId: 'test', secretAccessKey: 'test' }),
    close: async () => {
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
};
