// The Lambdas of a graph's pipeline, in the engine's own time: the wrapper that ships around work that takes its task's seconds.
import { Logger } from '@aws-lambda-powertools/logger';
import type { Ledger } from '../../lib/ledger/index.ts';
import { AwsError, type EngineContext, type Service } from '../../lib/local/service.ts';
import { type BeginCall, beginSlot, type FlowState, type Json, type StageCall } from '../../lib/records/index.ts';
import { openMeter } from '../../lib/runtime/meter.ts';
import { runTask } from '../../lib/runtime/run-task.ts';
import { connect } from '../../lib/support/aws-call.ts';
import { millisecondsOf, type Task } from './dag.ts';
import { work } from './pipeline.ts';

const silent = new Logger({ logLevel: 'SILENT' });

const noStore = {
  readText: () => Promise.reject(new Error('no task reads')),
  writeArtifact: () => Promise.reject(new Error('no task writes')),
  results: () => {
    throw new Error('no task reads what a map gave');
  },
};

const begin = ({ pipeline, execution, definitionHash, input }: BeginCall): FlowState => ({
  run: { pipeline, id: input.run, partition: 'p', definitionHash, execution },
  control: { [beginSlot]: {} },
  chosen: {},
});

/** `ledger` is asked for when the first stage runs: it stands on the engine that these Lambdas are part of. */
export const lambdasOf = (
  { clock }: EngineContext,
  taskOf: ReadonlyMap<string, Task>,
  ledger: () => Ledger,
): Service => {
  let invocations = 0;
  let opened: Ledger | undefined;

  const stage = async (call: StageCall): Promise<Json> => {
    const task = taskOf.get(call.stage);
    if (!task) throw new Error(`there is no task for the stage ${call.stage}`);
    invocations += 1;
    opened ??= ledger();
    const busy = async () => {
      await new Promise<void>((done) => {
        clock.after(millisecondsOf(task), done);
      });
      return {};
    };
    const answer = await runTask(work, busy, {
      call,
      ledger: opened,
      store: noStore,
      logger: silent,
      meter: openMeter(connect({ region: '', accessKeyId: '', secretAccessKey: '' }), { startedAt: clock.now() }),
      deadLetterQueueUrl: '',
      build: { code: '', contract: '' },
      owner: `invocation ${invocations}`,
      signal: new AbortController().signal,
      now: () => clock.now(),
      remainingMs: () => 900_000,
    });
    return { ...answer };
  };

  const answerOf = (name: string, event: unknown): unknown => {
    // The compiler wrote these payloads: their types are those of lib/records/calls.ts.
    if (name === 'operator_begin') return begin(event as BeginCall);
    if (name === 'operator_finish') return {};
    if (name === 'operator_settle') throw new AwsError('Unexpected', 'a stage failed', 500);
    return stage(event as StageCall);
  };

  return {
    id: 'lambda',
    call: async (_operation, input) => {
      const answer = await answerOf(String(input.FunctionName), JSON.parse(String(input.Payload)));
      return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(answer)) };
    },
  };
};
