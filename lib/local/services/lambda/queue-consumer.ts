// One SQS event source mapping at work: batches of messages to a function, several at a time, woken by arrivals.
// https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
import { parseArn } from '../../arn.ts';
import { isShape } from '../../field-reader.ts';
import type { EngineContext, Shape } from '../../service.ts';
import { isQueueService, type QueueService } from '../sqs/queue-service.ts';
import { isThrottled } from './invoke.ts';
import type { Outcome } from './runner.ts';

const RECEIVE_LIMIT = 10; // of one ReceiveMessage
const DELETE_LIMIT = 10;
const THROTTLED_MS = 20_000; // between two tries of a batch whose function was throttled, at most

export interface ConsumerSettings {
  readonly queueArn: string;
  readonly batchSize: number;
  /** How long a batch that is not full waits for more. */
  readonly windowMs: number;
  readonly concurrency: number;
  readonly reportsItemFailures: boolean;
  /** Whether the function is to be called with a record; others are deleted. */
  wants(record: Shape): boolean;
}

interface Received extends Shape {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
}

const isReceived = (message: unknown): message is Received =>
  isShape(message) && typeof message.MessageId === 'string' && typeof message.ReceiptHandle === 'string';

const eventAttribute = (value: unknown): Shape => {
  const { DataType, StringValue, BinaryValue } = isShape(value) ? value : {};
  return {
    ...(StringValue !== undefined && { stringValue: StringValue }),
    ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
    stringListValues: [],
    binaryListValues: [],
    dataType: DataType,
  };
};

const eventRecord = (context: EngineContext, queueArn: string, message: Received): Shape => {
  const attributes = isShape(message.MessageAttributes) ? message.MessageAttributes : {};
  const shown = Object.entries(attributes).map(([name, value]) => [name, eventAttribute(value)]);
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes ?? {},
    messageAttributes: Object.fromEntries(shown),
    md5OfBody: message.MD5OfBody,
    ...(message.MD5OfMessageAttributes !== undefined && {
      md5OfMessageAttributes: message.MD5OfMessageAttributes,
    }),
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: context.region,
  };
};

/** Ids of the messages that stay: none, all, or those that the function named. An answer that makes no sense keeps all. */
export const failedIds = (
  outcome: Outcome,
  sent: readonly string[],
  reportsItemFailures: boolean,
): ReadonlySet<string> => {
  const all = new Set(sent);
  if (outcome.kind === 'failed') return all;
  if (!reportsItemFailures) return new Set();
  const answer: unknown = JSON.parse(outcome.payload);
  if (answer === null) return new Set();
  const items = isShape(answer) ? (answer.batchItemFailures ?? []) : undefined;
  if (!Array.isArray(items)) return all;
  const ids = items.map((item: unknown) => (isShape(item) ? item.itemIdentifier : undefined));
  const known = ids.filter((id): id is string => typeof id === 'string' && all.has(id));
  return known.length === ids.length ? new Set(known) : all;
};

export const queuesOf = (context: EngineContext): QueueService => {
  const sqs = context.service('sqs');
  if (!isQueueService(sqs)) throw new Error('the engine runs an SQS that cannot be watched');
  return sqs;
};

/** Gives back what the consumers of an engine that ended had received: on AWS, Lambda's pollers do not end with a laptop. */
export const takeReceivesBack = (context: EngineContext, queueArn: string): void =>
  queuesOf(context).takeReceivesBack(queueArn);

/** Starts to consume; returns the end of it. `invoke` gets the event as JSON. */
export const consumeQueue = (
  context: EngineContext,
  settings: ConsumerSettings,
  invoke: (payload: string) => Promise<Outcome>,
): (() => void) => {
  const consumer = new QueueConsumer(context, queuesOf(context), settings, invoke);
  return consumer.start();
};

class QueueConsumer {
  readonly #context: EngineContext;
  readonly #sqs: QueueService;
  readonly #settings: ConsumerSettings;
  readonly #invoke: (payload: string) => Promise<Outcome>;
  #active = 0;
  #isPulling = false;
  #isAgain = false;
  #isStopped = false;
  readonly #waits = new Set<() => void>();

  constructor(
    context: EngineContext,
    sqs: QueueService,
    settings: ConsumerSettings,
    invoke: (payload: string) => Promise<Outcome>,
  ) {
    this.#context = context;
    this.#sqs = sqs;
    this.#settings = settings;
    this.#invoke = invoke;
  }

  start(): () => void {
    const name = parseArn(this.#settings.queueArn)?.resource ?? '';
    const unwatch = this.#sqs.watch(name, () => this.#pull());
    this.#pull();
    return () => {
      this.#isStopped = true;
      unwatch();
      for (const cancel of this.#waits) cancel();
    };
  }

  #queueUrl(): string {
    return this.#sqs.urlOf(this.#settings.queueArn) ?? this.#settings.queueArn;
  }

  #pull(): void {
    this.#isAgain = true;
    if (this.#isPulling) return;
    this.#isPulling = true;
    void this.#pullAll();
  }

  async #pullAll(): Promise<void> {
    try {
      while (this.#isAgain && !this.#isStopped && this.#active < this.#settings.concurrency) {
        this.#isAgain = false;
        const batch = await this.#collect();
        if (batch.length === 0) continue;
        this.#isAgain = true;
        this.#active += 1;
        void this.#process(batch).finally(() => {
          this.#active -= 1;
          this.#pull();
        });
      }
    } catch (error) {
      // The queue is gone. Should there be one of its name again, its messages are told of.
      if (!this.#isStopped) process.emitWarning(`${this.#settings.queueArn} cannot be read: ${String(error)}`);
    } finally {
      this.#isPulling = false; // in the same job as the last look: a message in between would be nobody's
    }
  }

  // A first message opens the batch window; it closes when the batch is full or the window's time is over.
  async #collect(): Promise<readonly Received[]> {
    const { batchSize, windowMs } = this.#settings;
    const { clock } = this.#context;
    const release = clock.hold();
    const messages = await this.#receive(batchSize).finally(release);
    const until = clock.now() + windowMs;
    while (messages.length > 0 && messages.length < batchSize && clock.now() < until && !this.#isStopped) {
      await this.#wait(until - clock.now());
      messages.push(...(await this.#receive(batchSize - messages.length)));
    }
    return messages;
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const name = parseArn(this.#settings.queueArn)?.resource ?? '';
      const done = (): void => {
        this.#waits.delete(done);
        unwatch();
        cancel();
        resolve();
      };
      const unwatch = this.#sqs.watch(name, done);
      const cancel = this.#context.clock.after(ms, done);
      this.#waits.add(done);
    });
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waits.delete(done);
        cancel();
        resolve();
      };
      const cancel = this.#context.clock.after(ms, done);
      this.#waits.add(done);
    });
  }

  /** How long the messages of a batch are not seen by others. */
  async #visibilityMs(): Promise<number> {
    const { Attributes } = await this.#sqs.call('GetQueueAttributes', {
      QueueUrl: this.#queueUrl(),
      AttributeNames: ['VisibilityTimeout'],
    });
    return Number(isShape(Attributes) ? Attributes.VisibilityTimeout : 0) * 1_000;
  }

  async #receive(count: number): Promise<Received[]> {
    const messages: Received[] = [];
    while (messages.length < count) {
      const limit = Math.min(RECEIVE_LIMIT, count - messages.length);
      const { Messages: found } = await this.#sqs.call('ReceiveMessage', {
        QueueUrl: this.#queueUrl(),
        MaxNumberOfMessages: limit,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
        WaitTimeSeconds: 0,
      });
      const batch = Array.isArray(found) ? found.filter(isReceived) : [];
      messages.push(...batch);
      if (batch.length < limit) break;
    }
    return messages;
  }

  async #process(received: readonly Received[]): Promise<void> {
    const { queueArn, reportsItemFailures, wants } = this.#settings;
    let release = this.#context.clock.hold();
    try {
      const batch: Received[] = [];
      const unwanted: Received[] = [];
      const Records: Shape[] = [];
      for (const message of received) {
        const record = eventRecord(this.#context, queueArn, message);
        const isWanted = wants(record);
        (isWanted ? batch : unwanted).push(message);
        if (isWanted) Records.push(record);
      }
      await this.#delete(unwanted);
      if (batch.length === 0) return;
      const payload = JSON.stringify({ Records });
      const since = this.#context.clock.now();
      let outcome: Outcome | undefined;
      for (let tries = 0; outcome === undefined; tries++) {
        try {
          outcome = await this.#invoke(payload);
        } catch (error) {
          if (!isThrottled(error)) throw error;
          // As AWS does: again, more and more slowly, until the messages are to be seen again anyway.
          const pause = this.#context.random() * Math.min(THROTTLED_MS, 1_000 * 2 ** tries);
          const until = since + (await this.#visibilityMs());
          if (this.#isStopped || this.#context.clock.now() + pause >= until) return;
          release();
          await this.#pause(pause);
          if (this.#isStopped) return;
          release = this.#context.clock.hold();
        }
      }
      const ids = batch.map(({ MessageId }) => MessageId);
      const kept = failedIds(outcome, ids, reportsItemFailures);
      await this.#delete(batch.filter(({ MessageId }) => !kept.has(MessageId)));
    } catch (error) {
      // The messages come back when their visibility ends, as they do on AWS when Lambda cannot invoke.
      process.emitWarning(`a batch of ${queueArn} could not be processed: ${String(error)}`);
    } finally {
      release();
    }
  }

  async #delete(messages: readonly Received[]): Promise<void> {
    for (let at = 0; at < messages.length; at += DELETE_LIMIT) {
      const Entries = messages
        .slice(at, at + DELETE_LIMIT)
        .map(({ ReceiptHandle }, place) => ({ Id: String(place), ReceiptHandle }));
      await this.#sqs.call('DeleteMessageBatch', { QueueUrl: this.#queueUrl(), Entries });
    }
  }
}
