// The Step Functions API: every operation by its name. Those of an engine that runs machines and no more, and the rest, loaded when it is
// asked for.
import { late } from '../../late-modules.ts';
import type { OperationTable } from '../../operation-table.ts';
import { executionOperations } from './execution-operations.ts';
import { machineOperations } from './machine-operations.ts';
import type { Parts } from './parts.ts';

const versions = late<typeof import('./version-operations.ts')>(import.meta.url, './version-operations.ts');
const mapRuns = late<typeof import('./map-run-operations.ts')>(import.meta.url, './map-run-operations.ts');
const tags = late<typeof import('./tag-operations.ts')>(import.meta.url, './tag-operations.ts');
const workers = late<typeof import('./worker-operations.ts')>(import.meta.url, './worker-operations.ts');

export const firstOperations = (parts: Parts): OperationTable => ({
  ...machineOperations(parts),
  ...executionOperations(parts),
});

export const otherOperations = (parts: Parts): OperationTable => ({
  ...versions().versionAndAliasOperations(parts.late.versions),
  ...workers().activityOperations(parts),
  ...mapRuns().mapRunOperations(parts),
  ...tags().tagOperations(parts),
  ...workers().tokenOperations(parts),
});
