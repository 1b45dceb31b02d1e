import { arnOf } from '../../arn.ts';
import { isShape } from '../../field-reader.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import { nameOf, type Provisioned, pick, type Resource, type ResourceHandler } from '../resource.ts';

const LOCAL_INDEX = ['IndexName', 'KeySchema', 'Projection'];
const GLOBAL_INDEX = [...LOCAL_INDEX, 'ProvisionedThroughput'];
const ON_DEMAND = 'PAY_PER_REQUEST';

const indexes = (value: unknown, fields: readonly string[]): readonly Shape[] =>
  (Array.isArray(value) ? value.filter(isShape) : []).map((index) => pick(index, fields));

const describe = async (context: EngineContext, TableName: string): Promise<Shape | undefined> => {
  try {
    const { Table } = await context.service('dynamodb').call('DescribeTable', { TableName });
    return isShape(Table) ? Table : undefined;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
};

/** Capacity is not limited here, so a table without a mode of its own is on demand. */
const createInput = (TableName: string, properties: Shape): Shape => {
  const global = indexes(properties.GlobalSecondaryIndexes, LOCAL_INDEX);
  const local = indexes(properties.LocalSecondaryIndexes, LOCAL_INDEX);
  return {
    TableName,
    ...pick(properties, ['KeySchema', 'AttributeDefinitions']),
    BillingMode: ON_DEMAND,
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
    ...(local.length > 0 && { LocalSecondaryIndexes: local }),
  };
};

const keyOf = (table: Shape): string => JSON.stringify(table.KeySchema);

/** Adds and removes global indexes; another key would be another table, which AWS replaces and this engine refuses. */
const update = async (context: EngineContext, name: string, properties: Shape, table: Shape): Promise<void> => {
  if (keyOf(pick(properties, ['KeySchema'])) !== keyOf(table))
    throw new AwsError(
      'ValidationException',
      `the key of table ${name} cannot change; rename the table, or use another state folder`,
    );
  const dynamodb = context.service('dynamodb');
  const wanted = indexes(properties.GlobalSecondaryIndexes, LOCAL_INDEX);
  const present = indexes(table.GlobalSecondaryIndexes, GLOBAL_INDEX);
  const among = (list: readonly Shape[], index: Shape) => list.some(({ IndexName }) => IndexName === index.IndexName);
  const { AttributeDefinitions } = properties;
  for (const { IndexName } of present.filter((index) => !among(wanted, index)))
    await dynamodb.call('UpdateTable', { TableName: name, GlobalSecondaryIndexUpdates: [{ Delete: { IndexName } }] });
  for (const Create of wanted.filter((index) => !among(present, index)))
    await dynamodb.call('UpdateTable', {
      TableName: name,
      AttributeDefinitions,
      GlobalSecondaryIndexUpdates: [{ Create }],
    });
};

const applyTable = async (resource: Resource, context: EngineContext): Promise<Provisioned> => {
  const name = nameOf(resource, 'TableName', { longest: 255, replaced: /[^\w.-]/g });
  const table = await describe(context, name);
  if (table) await update(context, name, resource.properties, table);
  else await context.service('dynamodb').call('CreateTable', createInput(name, resource.properties));
  const arn = arnOf(context, 'dynamodb', `table/${name}`);
  return { physicalId: name, arn, attributes: { Arn: arn, TableId: name } };
};

const SHAPE = ['TableName', 'KeySchema', 'AttributeDefinitions', 'GlobalSecondaryIndexes', 'LocalSecondaryIndexes'];

/** AWS::DynamoDB::Table. Expired items are not deleted (AWS: within days); capacity is not limited. */
export const table: ResourceHandler = {
  applied: SHAPE,
  accepted: [
    'BillingMode',
    'ProvisionedThroughput',
    'OnDemandThroughput',
    'WarmThroughput',
    'TimeToLiveSpecification',
    'PointInTimeRecoverySpecification',
    'SSESpecification',
    'TableClass',
    'DeletionProtectionEnabled',
    'ContributorInsightsSpecification',
    'ResourcePolicy',
    'Tags',
  ],
  apply: applyTable,
};

/** AWS::DynamoDB::GlobalTable, as a table of this region alone. */
export const globalTable: ResourceHandler = {
  applied: SHAPE,
  accepted: [
    'Replicas',
    'BillingMode',
    'WriteProvisionedThroughputSettings',
    'WriteOnDemandThroughputSettings',
    'WarmThroughput',
    'TimeToLiveSpecification',
    'SSESpecification',
  ],
  apply: applyTable,
};
