// AWS Step Functions: the front door of the interpreter.
import { type EngineContext, notImplemented, type Service } from '../../service.ts';
import { StateError } from '../../states/errors.ts';
import { Journal } from '../../states/history/journal.ts';
import { integrationsOf } from '../../states/integrations/resolve.ts';
import { Tokens } from '../../states/integrations/tokens.ts';
import type { Host } from '../../states/machine/execution.ts';
import { Executions } from './executions.ts';
import { Express } from './express.ts';
import { Machines } from './machines.ts';
import { operationsOf } from './operations.ts';
import { createTables } from './tables.ts';

/** AWS: a Standard execution has at most this many events, the last of which is the failure itself. */
const HISTORY_LIMIT = 25_000;

/** The `sfn` service. Executions that ran when the engine went down carry on at once. */
export const sfnService = (context: EngineContext): Service => {
  createTables(context.database);
  const journal = new Journal(context.database, context.clock);
  const machines = new Machines(context);
  const tokens = new Tokens(() => context.random());
  const host = (): Host => hosted;
  const executions = new Executions(context, machines, journal, host);
  const express = new Express(context, machines, host);
  const integrations = integrationsOf(
    context,
    tokens,
    (arn, lifetime) => executions.ended(arn, lifetime),
    (arn) => {
      throw new StateError('States.Runtime', `HDL502 the local engine does not implement the resource ${arn}`);
    },
  );
  const hosted: Host = {
    clock: context.clock,
    journal,
    integrations,
    region: context.region,
    historyLimit: HISTORY_LIMIT,
    random: () => context.random(),
  };
  const operations = operationsOf({ machines, executions, express, journal, tokens });
  return {
    id: 'sfn',
    call: async (operation, input) => {
      const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (!run) throw notImplemented('sfn', operation);
      return run(input);
    },
    close: async () => {
      executions.close();
      express.close();
      journal.close();
    },
  };
};
