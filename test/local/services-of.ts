// Services of one engine without server or template, on a clock that the test moves.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeServices } from '../../lib/local/composition.ts';
import type { Clock, ServiceId, Shape } from '../../lib/local/index.ts';
import type { EngineContext } from '../../lib/local/service.ts';
import { openStateFolder } from '../../lib/local/state-folder.ts';

export type TestServices = {
  readonly context: EngineContext;
  call(id: ServiceId, operation: string, input: Shape): Promise<Shape>;
  /** A new queue: its URL and ARN. */
  queue(name: string, attributes?: Shape): Promise<{ readonly url: string; readonly arn: string }>;
  /** Takes the messages that are in a queue now. */
  drain(url: string): Promise<readonly Shape[]>;
  /** Closes the services and opens them again on the same state, as a new process would. */
  reopen(clock?: Clock): Promise<void>;
  close(): Promise<void>;
};

/** Opens the services of an engine and starts them. */
export const servicesOf = async (
  firstClock: Clock,
  more: Partial<Pick<EngineContext, 'passOver' | 'emit'>> = {},
): Promise<TestServices> => {
  const dir = mkdtempSync(join(tmpdir(), 'heddle-services-'));

  const open = async (clock: Clock) => {
    const folder = openStateFolder(dir);
    const context: EngineContext = {
      region: 'us-east-1',
      account: '123456789012',
      stateDir: dir,
      database: folder.database,
      clock,
      random: Math.random,
      endpoint: () => 'http://127.0.0.1:4566',
      service: (id) => composition.get(id),
      emit: (event) => composition.emit(event),
      ...more,
    };
    const composition = await composeServices(context);
    await composition.start();
    return { folder, context, composition, clock };
  };

  let now = await open(firstClock);
  const close = async (): Promise<void> => {
    await now.composition.close();
    now.folder.close();
  };
  const call: TestServices['call'] = (id, operation, input) => now.composition.get(id).call(operation, input);
  return {
    get context() {
      return now.context;
    },
    call,
    queue: async (QueueName, Attributes = {}) => {
      const { QueueUrl } = await call('sqs', 'CreateQueue', { QueueName, Attributes });
      return { url: String(QueueUrl), arn: `arn:aws:sqs:us-east-1:123456789012:${QueueName}` };
    },
    drain: async (QueueUrl) => {
      const found: Shape[] = [];
      for (;;) {
        const { Messages } = await call('sqs', 'ReceiveMessage', {
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
        });
        if (!Array.isArray(Messages) || Messages.length === 0) return found;
        found.push(...Messages);
        for (const { ReceiptHandle } of Messages) await call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle });
      }
    },
    reopen: async (clock = now.clock) => {
      await close();
      now = await open(clock);
    },
    close: async () => {
      await close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};
