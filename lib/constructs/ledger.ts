import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { runsIndex } from '../records/index.ts';
import { isKept } from './removal.ts';

/** The table of runs, stages, dead letters and partitions, with the index that lists a pipeline's runs by time. */
export class Ledger extends Construct {
  readonly table: Table;

  constructor(scope: Construct, id: string, removalPolicy: RemovalPolicy) {
    super(scope, id);
    const text = (name: string) => ({ name, type: AttributeType.STRING });
    this.table = new Table(this, 'Table', {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: isKept(removalPolicy),
      removalPolicy,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: runsIndex.name,
      partitionKey: text(runsIndex.pk),
      sortKey: text(runsIndex.sk),
      projectionType: ProjectionType.ALL,
    });
  }
}
