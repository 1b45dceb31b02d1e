// How an engine of many services is asked for its work while it is killed again and again: what was answered once is not asked again.
import { AwsError, type Services, type Shape } from '../../../lib/local/index.ts';

export interface Life {
  readonly engine: Services;
  /** What was answered, or done, in this life or an earlier one. */
  readonly notes: ReadonlySet<string>;
  note(text: string): void;
  /** Notes what is not as it must be, for whoever lives to the end. */
  fault(text: string): void;
}

/** Carries on with its work until that is done; resolves with what is not as it must be in the end. */
export type Subject = () => Promise<readonly string[]>;

export const ROLE = 'arn:aws:iam::123456789012:role/r';
export const arn = (service: string, rest: string) => `arn:aws:${service}:us-east-1:123456789012:${rest}`;
/** Of what each subject does: some are done with half of it. */
export const numbers = Array.from({ length: 12 }, (_, n) => n);
export const few = numbers.slice(0, 6);

export const asking = ({ engine, notes, note, fault }: Life) => {
  const to = (id: Parameters<Services['service']>[0]) => (operation: string, input: Shape) =>
    engine.service(id).call(operation, input);
  const [sqs, sfn, s3, events, scheduler, lambda, sns, dynamodb] = [
    to('sqs'),
    to('sfn'),
    to('s3'),
    to('eventbridge'),
    to('scheduler'),
    to('lambda'),
    to('sns'),
    to('dynamodb'),
  ];

  const once = async (text: string, work: () => Promise<unknown>): Promise<void> => {
    if (notes.has(text)) return;
    await work();
    note(text);
  };
  const unless = async (code: string, work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof AwsError && error.code === code)) throw error;
    }
  };
  const queue = async (QueueName: string, Attributes: Shape = {}): Promise<string> => {
    const { QueueUrl } = await sqs('CreateQueue', { QueueName, Attributes });
    return String(QueueUrl);
  };
  const take = async (QueueUrl: string, WaitTimeSeconds = 1): Promise<readonly Shape[]> => {
    const { Messages } = await sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds });
    return (Messages ?? []) as readonly Shape[];
  };
  const isEmpty = async (QueueUrl: string): Promise<boolean> => {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'];
    const { Attributes } = await sqs('GetQueueAttributes', { QueueUrl, AttributeNames });
    return Object.values(Attributes as Shape).every((count) => count === '0');
  };
  /** Takes messages until `wanted` came, in whichever life. */
  const drain = async (name: string, QueueUrl: string, wanted: readonly string[], of = (body: string) => body) => {
    const key = (one: string) => `${name} took ${one}`;
    while (wanted.some((one) => !notes.has(key(one))))
      for (const { Body, ReceiptHandle } of await take(QueueUrl)) {
        const one = of(String(Body));
        if (!wanted.includes(one)) fault(`${name}: ${one} came, which nobody sent`);
        note(key(one));
        await sqs('DeleteMessage', { QueueUrl, ReceiptHandle });
      }
  };
  const machine = async (name: string, definition: object): Promise<string> => {
    const { stateMachineArn } = await sfn('CreateStateMachine', {
      name,
      definition: JSON.stringify({ QueryLanguage: 'JSONata', ...definition }),
      roleArn: ROLE,
    });
    return String(stateMachineArn);
  };
  const started = async (stateMachineArn: string, name: string, input: unknown = {}): Promise<string> => {
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const about = { stateMachineArn, name, input: JSON.stringify(input) };
    await once(`started ${executionArn}`, () => unless('ExecutionAlreadyExists', sfn('StartExecution', about)));
    return executionArn;
  };
  const ended = async (executionArn: string, status: string, output?: unknown): Promise<string[]> => {
    const found = await engine.ended(executionArn);
    const isRight = found.status === status && (output === undefined || found.output === JSON.stringify(output));
    return isRight ? [] : [`${executionArn} is ${found.status}: ${found.output ?? found.cause}`];
  };
  return {
    sqs,
    sfn,
    s3,
    events,
    scheduler,
    lambda,
    sns,
    dynamodb,
    once,
    unless,
    queue,
    take,
    isEmpty,
    drain,
    machine,
    started,
    ended,
  };
};
