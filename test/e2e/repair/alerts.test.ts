// What arrives at the alerts topic when something fails: words that a person can act on.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { RepairShop } from './deployment.ts';

const shop = new RepairShop();
beforeAll(async () => {
  await shop.deploy();
});
afterAll(() => shop.close());

/** Texts of the messages on a queue that the topic tells, until all of these are among them. */
const arriving = async (queueUrl: string, wanted: readonly RegExp[]): Promise<readonly string[]> => {
  const texts: string[] = [];
  while (!wanted.every((one) => texts.some((text) => one.test(text)))) {
    const { Messages = [] } = await shop.aws.call('sqs', 'ReceiveMessage', {
      QueueUrl: queueUrl,
      WaitTimeSeconds: 20,
      MaxNumberOfMessages: 10,
    });
    for (const { Body } of Messages as readonly { readonly Body: string }[]) texts.push(JSON.parse(Body).Message);
  }
  return texts;
};

test('a run that failed, its dead letters and a start that failed are told, each once, with what to type', async () => {
  const { engine, aws } = shop;
  const manifest = await shop.manifest();
  const { QueueUrl } = await aws.call('sqs', 'CreateQueue', { QueueName: 'mails' });
  await engine.service('sns').call('Subscribe', {
    TopicArn: manifest.alertsTopicArn,
    Protocol: 'sqs',
    Endpoint: 'arn:aws:sqs:us-east-1:123456789012:mails',
  });
  shop.fail('score 1', 'score 3', 'total');
  const { run } = await shop.run('told', 10);
  await aws.call('sqs', 'SendMessage', { QueueUrl: manifest.startQueueUrl, MessageBody: 'hello' });
  const place = `run ${run} of repair \\(partition told\\)`;
  const wanted = [
    new RegExp(
      `2 items of the map score of the ${place} failed for good, first at .* heddle dead-letters replay ${run}/score --go`,
    ),
    new RegExp(
      `The stage total of the ${place} failed for good, .* heddle dead-letters show ${run}/total\\. .* ${run}/total --go`,
    ),
    new RegExp(`The ${place}, begun at .*, failed: total failed: .* heddle run ${run}\\. .* heddle resume ${run} --go`),
    /A start of some pipeline \(not a start message\) failed, .* heddle dead-letters show start\/\w+\. .* --go/,
  ];
  const texts = (await arriving(String(QueueUrl), wanted)).filter((text) => !text.includes('AlarmName'));
  expect(texts).toHaveLength(wanted.length);
  // The commands are the ones that do it.
  shop.fail();
  const replayed = await shop.heddle('dead-letters', 'replay', `${run}/total`, '--go');
  expect(replayed).toMatchObject({ code: 0 });
});
