// SQS as other services of the engine see it. Apart from the service itself: who only asks need not load it.
import type { Service } from '../../service.ts';

/** SQS with what services of the same engine need to consume a queue without polling it. */
export interface QueueService extends Service {
  readonly id: 'sqs';
  /**
   * `tell` is called whenever the queue may have a message to receive: after a send, and when a hidden message comes
   * back. Holds a timer only while a message is hidden. Returns the end of it.
   */
  watch(queueName: string, tell: () => void): () => void;
  /**
   * Makes every message in flight visible again, as if it had not been received: whoever had received it ended with an
   * earlier engine.
   */
  takeReceivesBack(queueArn: string): void;
  /** The QueueUrl of an ARN, or undefined where there is no such queue. */
  urlOf(queueArn: string): string | undefined;
}

/** Whether a service is this engine's SQS. */
export const isQueueService = (service: Service): service is QueueService => service.id === 'sqs' && 'watch' in service;
