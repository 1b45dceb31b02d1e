// AWS Step Functions: the front door of the interpreter.

import { TokenBucket } from '../../../support/token-bucket.ts';
import { late as lateModule, lazily } from '../../late-modules.ts';
import { callFrom } from '../../operation-table.ts';
import { AwsError, type EngineContext, type Service } from '../../service.ts';
import { Journal } from '../../states/history/journal.ts';
import { integrationsOf } from '../../states/integrations/resolve.ts';
import { Tokens } from '../../states/integrations/tokens.ts';
import type { Host } from '../../states/machine/execution.ts';
import { Lifetime } from '../../states/machine/lifetime.ts';
import { ExecutionLogs } from './execution-logs.ts';
import { Executions } from './executions.ts';
import { Machines } from './machines.ts';
import { firstOperations, otherOperations } from './operations.ts';
import type { LateParts, Parts } from './parts.ts';
import { checkModel } from './requests.ts';
import { createTables } from './tables.ts';

const activitiesModule = lateModule<typeof import('./activities.ts')>(import.meta.url, './activities.ts');
const expressModule = lateModule<typeof import('./express.ts')>(import.meta.url, './express.ts');
const mapRunsModule = lateModule<typeof import('./map-runs.ts')>(import.meta.url, './map-runs.ts');
const testsModule = lateModule<typeof import('./test-state.ts')>(import.meta.url, './test-state.ts');
const versionsModule = lateModule<typeof import('./versions.ts')>(import.meta.url, './versions.ts');

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
  const machines = new Machines(context, (arn) => {
    journal.flush();
    return executions.rows.runs(arn);
  });
  const tokens = new Tokens(() => context.random());
  const logs = new ExecutionLogs(context, machines);
  const executions: Executions = new Executions(
    context,
    machines,
    journal,
    tokens,
    (of) => logs.host(host, of),
    (mapRun) => late.mapRuns.abandon(mapRun),
  );
  let isClosed = false;
  let closeExpress = (): void => undefined;
  const late: LateParts = lazily<LateParts>({
    express: () => {
      const { Express, unlogged } = expressModule();
      const express = new Express(context, machines, (of) => logs.host({ ...host, journal: unlogged }, of));
      closeExpress = () => express.close();
      if (isClosed) closeExpress();
      return express;
    },
    mapRuns: () => new (mapRunsModule().MapRuns)(context, executions, late.express, journal),
    activities: () => new (activitiesModule().Activities)(context, tokens),
    versions: () => new (versionsModule().Versions)(context, machines),
    tests: () => new (testsModule().StateTests)(context, machines, () => host),
  });
  const ended: Parameters<typeof integrationsOf>[2] = (...about) => executions.outcomeOf(...about);
  const host: Host = {
    clock: context.clock,
    journal,
    integrations: integrationsOf(context, tokens, ended, (arn) => late.activities.integration(arn)),
    get mapRuns() {
      return late.mapRuns;
    },
    region: context.region,
    historyLimit,
    random: () => context.random(),
    running: () => executions.running,
  };
  const parts: Parts = {
    admitStart: admission(context, startQuota),
    machines,
    executions,
    journal,
    tokens,
    logs,
    late,
  };
  const call = callFrom('sfn', firstOperations(parts), () => otherOperations(parts), checkModel);
  // Known from the first moment: a worker may answer before its execution has been taken up.
  executions.expectTokens();
  return {
    id: 'sfn',
    call,
    ended: async (arn) => executions.describe(await executions.ended(arn, new Lifetime())),
    start: async () => executions.resumeAll(),
    close: async () => {
      isClosed = true;
      tokens.close();
      // First, so that nothing is recorded of how the rest comes to an end.
      journal.close();
      logs.close();
      executions.close();
      closeExpress();
    },
  };
};
