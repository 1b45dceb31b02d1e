// The Step Functions API: every operation by its name.
import type { OperationTable } from '../../operation-table.ts';
import { executionOperations } from './execution-operations.ts';
import { machineOperations } from './machine-operations.ts';
import { mapRunOperations } from './map-run-operations.ts';
import type { Parts } from './parts.ts';
import { versionAndAliasOperations } from './version-operations.ts';
import { activityOperations, tokenOperations } from './worker-operations.ts';

export const operationsOf = (parts: Parts): OperationTable => ({
  ...machineOperations(parts),
  ...versionAndAliasOperations(parts.versions),
  ...executionOperations(parts),
  ...activityOperations(parts),
  ...mapRunOperations(parts),
  ...tokenOperations(parts),
});
