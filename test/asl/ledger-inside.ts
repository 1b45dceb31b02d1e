// The ledger on the DynamoDB and the Step Functions of an engine of the test, in its own process and its own time.
import { type Ledger, openLedger } from '../../lib/ledger/index.ts';
import { AwsError, type EngineContext, type Service, type ServiceId } from '../../lib/local/service.ts';
import { dynamodbService } from '../../lib/local/services/dynamodb/index.ts';
import { type Aws, AwsCallError, type JsonService } from '../../lib/support/aws-call.ts';

const services: { readonly [name in JsonService]?: ServiceId } = { dynamodb: 'dynamodb', states: 'sfn' };

/** For `engine({ services })`. */
export const withDynamodb = (context: EngineContext): readonly Service[] => [dynamodbService(context)];

/** Makes the empty table `ledger`. */
export const createLedgerTable = async (service: (id: ServiceId) => Service): Promise<void> => {
  await service('dynamodb').call('CreateTable', {
    TableName: 'ledger',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: ['pk', 'sk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
};

/** Payloads stay below what the ledger would put into a bucket. */
export const ledgerInside = (service: (id: ServiceId) => Service): Ledger => {
  const aws: Aws = {
    call: async (name, operation, input) => {
      const id = services[name];
      if (!id) throw new Error(`the test runs no ${name}`);
      try {
        return await service(id).call(operation, { ...input });
      } catch (error) {
        if (error instanceof AwsError) throw new AwsCallError(name, error.code, error.message, 400);
        throw error;
      }
    },
    object: () => {
      throw new Error('the test has no bucket');
    },
    whoAmI: () => {
      throw new Error('the test is nobody');
    },
    stopInference: () => {
      throw new Error('the test has no jobs');
    },
    environmentOf: () => {
      throw new Error('the test has no functions of its own');
    },
    invoke: () => {
      throw new Error('the test has no functions of its own');
    },
  };
  return openLedger(aws, { table: 'ledger', payloadBucket: 'none' });
};
