// What the operations work with.
import type { Journal } from '../../states/history/journal.ts';
import type { Tokens } from '../../states/integrations/tokens.ts';
import type { Activities } from './activities.ts';
import type { Executions } from './executions.ts';
import type { Express } from './express.ts';
import type { Machines } from './machines.ts';
import type { MapRuns } from './map-runs.ts';
import type { RedriveTokens } from './redrive-tokens.ts';
import type { StateTests } from './test-state.ts';
import type { Versions } from './versions.ts';

export interface Parts {
  readonly tests: () => Promise<StateTests>;
  readonly activities: Activities;
  readonly machines: Machines;
  readonly versions: Versions;
  readonly executions: Executions;
  readonly express: Express;
  readonly mapRuns: MapRuns;
  readonly redriveTokens: RedriveTokens;
  readonly journal: Journal;
  readonly tokens: Tokens;
  /** Throws where the account may start no further execution now. */
  readonly admitStart: () => void;
}
