// AWS Step Functions: the front door of the interpreter.

import { TokenBucket } from '../../../support/token-bucket.ts';
import { callFrom } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Service } from '../../service.ts';
import { Journal } from '../../states/history/journal.ts';
import { integrationsOf } from '../../states/integrations/resolve.ts';
import { Tokens } from '../../states/integrations/tokens.ts';
import type { Host } from '../../states/machine/execution.ts';
import { Lifetime } from '../../states/machine/lifetime.ts';
import { Activities } from './activities.ts';
import { ExecutionLogs } from './execution-logs.ts';
import { Executions } from './executions.ts';
import { Express, unlogged } from './express.ts';
import { Machines } from './machines.ts';
import { MapRuns } from './map-runs.ts';
import { operationsOf } from './operations.ts';
import { RedriveTokens } from './redrive-tokens.ts';
import { createTables } from './tables.ts';
import type { StateTests } from './test-state.ts';
import { Versions } from './versions.ts';

/** AWS: a Standard execution has at most this many events, the last of which is the failure itself. */
const HISTORY_LIMIT = 25_000;

export interface SfnOptions {
  /** @default 25,000, as on AWS */
  readonly historyLimit?: number;
  /** @default none: as many as are asked for */
  readonly startQuota?: StartQuota;
}

/** A token bucket: what may be saved up, and what comes back a second. */
export interface StartQuota {
  readonly bucket: number;
  readonly refill: number;
}

/** Takes one start from what is left of the quota. Throws AWS's ThrottlingException. */
const admission = ({ clock }: EngineContext, quota: StartQuota | undefined): (() => void) => {
  if (!quota) return () => undefined;
  const bucket = new TokenBucket(quota.bucket, quota.refill, clock.now() / 1_000);
  return () => {
    if (!bucket.take(clock.now() / 1_000)) throw new AwsError('ThrottlingException', 'Rate exceeded');
  };
};

/** The `sfn` service. Executions that ran when the engine went down carry on from `start`. */
export const sfnService = (
  context: EngineContext,
  { historyLimit = HISTORY_LIMIT, startQuota }: SfnOptions = {},
): Service => {
  createTables(context.database);
  const journal = new Journal(context.database, context.clock);
  const machines = new Machines(context);
  const tokens = new Tokens(() => context.random());
  const logs = new ExecutionLogs(context, machines);
  const executions = new Executions(context, machines, journal, tokens, (of) => logs.host(host, of));
  const express = new Express(context, machines, (of) => logs.host({ ...host, journal: unlogged }, of));
  const versions = new Versions(context, machines);
  const mapRuns = new MapRuns(context, executions, express, journal);
  const activities = new Activities(context, tokens);
  const ended: Parameters<typeof integrationsOf>[2] = (...about) => executions.outcomeOf(...about);
  const host: Host = {
    clock: context.clock,
    journal,
    integrations: integrationsOf(context, tokens, ended, activities.integration),
    mapRuns,
    region: context.region,
    historyLimit,
    random: () => context.random(),
    running: () => executions.running,
  };
  let tests: Promise<StateTests> | undefined;
  // Three modules that most engines never need: a millisecond of each start.
  const loadTests = async () => new (await import('./test-state.ts')).StateTests(context, machines, () => host);
  const call = callFrom(
    'sfn',
    operationsOf({
      admitStart: admission(context, startQuota),
      tests: () => {
        tests ??= loadTests();
        return tests;
      },
      activities,
      machines,
      versions,
      executions,
      express,
      mapRuns,
      redriveTokens: new RedriveTokens(context.clock),
      journal,
      tokens,
    }),
  );
  // Known from the first moment: a worker may answer before its execution has been taken up.
  executions.expectTokens();
  return {
    id: 'sfn',
    call,
    ended: async (arn) => executions.describe(await executions.ended(arn, new Lifetime())),
    start: async () => executions.resumeAll(),
    close: async () => {
      // First, so that nothing is recorded of how the rest comes to an end.
      journal.close();
      logs.close();
      executions.close();
      express.close();
    },
  };
};
