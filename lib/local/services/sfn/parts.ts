// What the operations work with.
import type { Journal } from '../../states/history/journal.ts';
import type { Tokens } from '../../states/integrations/tokens.ts';
import type { Activities } from './activities.ts';
import type { ExecutionLogs } from './execution-logs.ts';
import type { Executions } from './executions.ts';
import type { Express } from './express.ts';
import type { Machines } from './machines.ts';
import type { MapRuns } from './map-runs.ts';
import type { StateTests } from './test-state.ts';
import type { Versions } from './versions.ts';

export interface Parts {
  readonly machines: Machines;
  readonly executions: Executions;
  readonly journal: Journal;
  readonly tokens: Tokens;
  readonly logs: ExecutionLogs;
  readonly late: LateParts;
  /** Throws where the account may start no further execution now. */
  readonly admitStart: () => void;
}

/** What not all who run machines need: loaded and made when it is first read. */
export interface LateParts {
  readonly activities: Activities;
  readonly express: Express;
  readonly mapRuns: MapRuns;
  readonly tests: StateTests;
  readonly versions: Versions;
}
