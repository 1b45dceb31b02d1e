import type { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, ProjectionType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { openIndex, runsIndex } from '../records/index.ts';
import { isKept } from './removal.ts';

/** The table of runs, stages, dead letters and partitions; one index lists a pipeline's runs by time, one those that are not over. */
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
      timeToLiveAttribute: 'expiresAt', // of results that are kept for later runs
      deletionProtection: isKept(removalPolicy),
      removalPolicy,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: runsIndex.name,
      partitionKey: text(runsIndex.pk),
      sortKey: text(runsIndex.sk),
      projectionType: ProjectionType.ALL,
    });
    this.table.addGlobalSecondaryIndex({
      indexName: openIndex.name,
      partitionKey: text(openIndex.pk),
      sortKey: text(openIndex.sk),
      projectionType: ProjectionType.KEYS_ONLY, // so that what a run does meanwhile writes nothing there
    });
  }
}
