// The AWS services that our Lambdas call, run by the local engine in this process, for tests of the code that calls them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ledger, openLedger, tableRequest } from '../lib/ledger/index.ts';
import { type Clock, realClock } from '../lib/local/clock.ts';
import { startServer } from '../lib/local/server/index.ts';
import type { EngineContext, Service, ServiceId } from '../lib/local/service.ts';
import { dynamodbService } from '../lib/local/services/dynamodb/index.ts';
import { eventbridgeService } from '../lib/local/services/eventbridge/index.ts';
import { s3Service } from '../lib/local/services/s3/index.ts';
import { sfnService } from '../lib/local/services/sfn/index.ts';
import { sqsService } from '../lib/local/services/sqs/index.ts';
import { ssmService } from '../lib/local/services/ssm/index.ts';
import { openStateFolder } from '../lib/local/state-folder.ts';
import { environmentNames } from '../lib/records/index.ts';
import { type Aws, connect } from '../lib/support/aws-call.ts';

export interface TestServices {
  readonly aws: Aws;
  readonly ledger: Ledger;
  readonly queueUrl: string;
  readonly endpoint: string;
  readonly service: (id: ServiceId) => Service;
  close(): Promise<void>;
}

export interface TestServicesOptions {
  /** @default real time */
  readonly clock?: Clock;
  /** Further services. */
  readonly make?: readonly ((context: EngineContext) => Service)[];
  readonly emit?: EngineContext['emit'];
}

/** A table, a bucket `payloads`, a queue `dead` and an event bus `heddle`, on a port of this machine. */
export const openServices = async (options: TestServicesOptions = {}): Promise<TestServices> => {
  const dir = mkdtempSync(join(tmpdir(), 'heddle-services-'));
  const folder = openStateFolder(dir);
  const services = new Map<ServiceId, Service>();
  let endpoint = '';
  const service = (id: ServiceId): Service => {
    const found = services.get(id);
    if (!found) throw new Error(`the test runs no ${id}`);
    return found;
  };
  const context: EngineContext = {
    region: 'us-east-1',
    account: '123456789012',
    stateDir: dir,
    database: folder.database,
    clock: options.clock ?? realClock(),
    random: Math.random,
    endpoint: () => endpoint,
    service,
    emit: options.emit ?? (() => undefined),
  };
  const own = [dynamodbService, s3Service, sqsService, ssmService, eventbridgeService, sfnService];
  for (const make of [...own, ...(options.make ?? [])]) {
    const made = await make(context);
    services.set(made.id, made);
  }
  const server = await startServer({ port: 0, services });
  endpoint = server.endpoint;
  await service('dynamodb').call('CreateTable', tableRequest('ledger'));
  await service('s3').call('CreateBucket', { Bucket: 'payloads' });
  await service('eventbridge').call('CreateEventBus', { Name: 'heddle' });
  const { QueueUrl } = await service('sqs').call('CreateQueue', { QueueName: 'dead' });
  const aws = connect({ region: 'us-east-1', endpoint, accessKeyId: 'test', secretAccessKey: 'test' });
  return {
    aws,
    ledger: openLedger(aws, { table: 'ledger', payloadBucket: 'payloads' }),
    queueUrl: String(QueueUrl),
    endpoint,
    service,
    close: async () => {
      await server.close();
      for (const made of services.values()) await made.close?.();
      folder.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

/** The environment of a stage's function that works with them: quiet, of 512 MB. */
export const stageEnvironment = ({ endpoint, queueUrl }: Pick<TestServices, 'endpoint' | 'queueUrl'>) => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  POWERTOOLS_LOG_LEVEL: 'SILENT',
  POWERTOOLS_METRICS_DISABLED: 'true',
  [environmentNames.table]: 'ledger',
  [environmentNames.payloadBucket]: 'payloads',
  [environmentNames.deadLetterQueue]: queueUrl,
  [environmentNames.codeHash]: 'code1',
  [environmentNames.contractHash]: 'contract1',
});
