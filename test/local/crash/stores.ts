// What is changed at once or not at all, and what is moved on.
import { setTimeout as pause } from 'node:timers/promises';
import type { Shape } from '../../../lib/local/index.ts';
import { arn, asking, type Life, numbers, type Subject } from './asking.ts';

export const stores = (life: Life): Readonly<Record<string, Subject>> => {
  const { sns, dynamodb, sqs, lambda, once, unless, queue, isEmpty, drain } = asking(life);
  const texts = numbers.map(String);

  /** A transaction that is asked for again with its token is made once, and whole. */
  const transactions: Subject = async () => {
    const TableName = 'sums';
    await unless(
      'ResourceInUseException',
      dynamodb('CreateTable', {
        TableName,
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    for (let status: unknown; status !== 'ACTIVE'; await pause(10))
      status = ((await dynamodb('DescribeTable', { TableName })).Table as Shape).TableStatus; // as the API gives it
    const add = (id: string) => ({
      Update: {
        TableName,
        Key: { id: { S: id } },
        UpdateExpression: 'ADD n :one',
        ExpressionAttributeValues: { ':one': { N: '1' } },
      },
    });
    for (const n of texts)
      await once(`added ${n}`, () =>
        dynamodb('TransactWriteItems', { TransactItems: [add('a'), add('b')], ClientRequestToken: `token-${n}` }),
      );
    const wrong: string[] = [];
    for (const id of ['a', 'b']) {
      const { Item } = await dynamodb('GetItem', { TableName, Key: { id: { S: id } } });
      const { N } = (Item as Shape).n as Shape; // as the API gives it
      if (N !== String(texts.length)) wrong.push(`${id} is ${N}`);
    }
    return wrong;
  };

  /** What a topic took comes to its queue. */
  const topics: Subject = async () => {
    const heard = await queue('heard');
    const { TopicArn } = await sns('CreateTopic', { Name: 'news' });
    const raw = { Attributes: { RawMessageDelivery: 'true' } };
    await sns('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: arn('sqs', 'heard'), ...raw });
    for (const n of texts) await once(`published ${n}`, () => sns('Publish', { TopicArn, Message: n }));
    await drain('heard', heard, texts);
    return [];
  };

  /** What is moved back from a dead-letter queue is in one of the two until it is taken. */
  const moves: Subject = async () => {
    const letters = await queue('letters');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('sqs', 'letters'), maxReceiveCount: 3 });
    const source = await queue('source', { RedrivePolicy });
    for (const n of texts) await once(`letter ${n}`, () => sqs('SendMessage', { QueueUrl: letters, MessageBody: n }));
    const move = sqs('StartMessageMoveTask', {
      SourceArn: arn('sqs', 'letters'),
      DestinationArn: arn('sqs', 'source'),
    });
    await unless('InvalidParameterValue', move); // one is under way
    await drain('moved', source, texts);
    return (await isEmpty(letters)) ? [] : ['letters are left'];
  };

  /** An event that was accepted calls the function, and what came of it is told. */
  const later: Subject = async () => {
    const results = await queue('results');
    const FunctionName = 'work';
    const DestinationConfig = { OnSuccess: { Destination: arn('sqs', 'results') } };
    await lambda('PutFunctionEventInvokeConfig', { FunctionName, DestinationConfig });
    const wanted = texts.map((n) => `later ${n}`);
    for (const Payload of wanted.map((text) => JSON.stringify(text)))
      await once(`accepted ${Payload}`, () => lambda('Invoke', { FunctionName, InvocationType: 'Event', Payload }));
    await drain('results', results, wanted, (body) => JSON.parse(body).requestPayload);
    return [];
  };

  return { transactions, topics, moves, later };
};
