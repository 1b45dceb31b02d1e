// An engine in which a compiled machine meets the Lambdas of a test's world and a real ledger.
import { AwsError } from '../../lib/local/service.ts';
import { engine } from '../local/sfn/engine.ts';
import type { World } from './interpreter.ts';
import { lambdasFor } from './lambdas.ts';
import { createLedgerTable, ledgerInside, withDynamodb } from './ledger-inside.ts';

/** `takes`: how many milliseconds a stage works. */
export const worldEngine = async (stages: readonly string[], world: World, takes?: (stage: string) => number) => {
  const { log, functions } = lambdasFor(stages, world, () => ledgerInside(sfn.service));
  const sfn = engine({
    functions,
    services: withDynamodb,
    ...(takes ? { takes: (name: string) => (name.startsWith('stage_') ? takes(name.slice('stage_'.length)) : 0) } : {}),
  });
  log.release = async (taskToken, output) => {
    try {
      await sfn.call('SendTaskSuccess', { taskToken, output: JSON.stringify(output) });
    } catch (thrown) {
      // Nobody waits for this: the run may be over and its engine closed by now.
      if (!(thrown instanceof AwsError && thrown.code === 'ServiceUnavailable')) throw thrown;
    }
  };
  await createLedgerTable(sfn.service);
  return { sfn, log };
};
