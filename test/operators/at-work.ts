// Runs from their start to their end without a state machine: `begin`, then `finish`, with an output that says who made it.
import { begin, dispatch, finish, type Outcome, type Services } from '../../lib/operators/index.ts';
import type { Json, RunFacts, StartMessage } from '../../lib/records/index.ts';
import { machines } from './workshop.ts';

export interface AtWork {
  /** What a person asks for. Gives the run, begun. */
  start(pipeline: string, id: string, partition: string): Promise<RunFacts>;
  begun(pipeline: string, run: string): Promise<RunFacts>;
  /** Ends a run as completed; its output is its id. */
  end(run: RunFacts): Promise<void>;
  /** What the bus says of a completed run, as a message to a pipeline below it. */
  told(pipeline: string, run: RunFacts): StartMessage;
  /** Dispatches what stands on the start queue until nothing is left that is visible. Gives what became of it. */
  pump(): Promise<readonly Outcome[]>;
  /** The output of a run as pipelines below it read it. */
  valueOf(pipeline: string, run: string, alias: string): Promise<Json>;
}

export const atWork = (services: Services): AtWork => {
  const begun: AtWork['begun'] = async (pipeline, run) => {
    const execution = `${machines.replace('stateMachine', 'execution')}:heddle-${pipeline}:${run}`;
    const state = await begin({ pipeline, definitionHash: 'abc', execution, input: { run }, control: [] }, services);
    return state.run;
  };
  return {
    begun,
    start: async (pipeline, id, partition) => {
      const outcome = await dispatch({ kind: 'manual', pipeline, id, partition, input: {}, by: 'test' }, services);
      if (outcome.kind !== 'started') throw new Error(JSON.stringify(outcome));
      return begun(pipeline, outcome.run);
    },
    end: async (run) => {
      await finish({ run, stages: [], chosen: {}, output: { kind: 'value', value: run.id } }, services);
    },
    told: (pipeline, { pipeline: above, id, partition }) => ({
      kind: 'upstream',
      pipeline,
      event: { detail: { pipeline: above, run: id, partition, status: 'completed' } },
    }),
    pump: async () => {
      const outcomes: Outcome[] = [];
      const QueueUrl = services.startQueueUrl;
      for (;;) {
        const { Messages = [] } = await services.aws.call('sqs', 'ReceiveMessage', {
          QueueUrl,
          MaxNumberOfMessages: 10,
        });
        const messages = Messages as readonly { readonly Body: string; readonly ReceiptHandle: string }[];
        if (messages.length === 0) return outcomes;
        for (const { Body, ReceiptHandle } of messages) {
          outcomes.push(await dispatch(JSON.parse(Body), services));
          await services.aws.call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle });
        }
      }
    },
    valueOf: async (pipeline, run, alias) => {
      const record = await services.ledger.runs.get(pipeline, run);
      const ref = { kind: 'ref', source: { kind: 'upstream', upstream: alias }, path: [] } as const;
      return services.ledger.resolver().resolve(ref, { pipeline, run, partition: record?.partition ?? '', chosen: {} });
    },
  };
};
