// `begin`: the first state of every execution. Marks the run as running and works out the control values that no stage gives.
import { UnavailableError } from '../ledger/index.ts';
import type { BeginCall, Control, FlowState, Json, RunFacts } from '../records/index.ts';
import { beginSlot, readExecutionName } from '../records/index.ts';
import { PermanentError } from '../support/run-errors.ts';
import { markPartition } from './mark-partition.ts';
import { isoTime, type Services } from './services.ts';
import { tellLineageOfStart } from './tell-lineage.ts';

export const begin = async (call: BeginCall, services: Services): Promise<FlowState> => {
  const { ledger, now } = services;
  const id = call.input?.run;
  if (typeof id !== 'string') {
    throw new PermanentError(
      `HDL401 the execution's input names no run. Expected { "run": "<id>" }, as dispatch gives it. Fix: start runs with heddle start or through the start queue`,
    );
  }
  const { generation } = readExecutionName(call.execution);
  const startedAt = isoTime(now());
  const { execution: executionArn, definitionHash } = call;
  const record = await ledger.runs.start(call.pipeline, id, { startedAt, executionArn, definitionHash }, generation);
  if (!record) {
    const taken = await ledger.runs.get(call.pipeline, id);
    if (taken?.status === 'running' && (taken.generation ?? 1) === generation)
      throw new PermanentError(
        `HDL409 the run ${id} of ${call.pipeline} is done by another execution, ${taken.executionArn}. Fix: none is needed`,
      );
    throw new PermanentError(
      `HDL402 the ledger has no run ${id} of ${call.pipeline} that is pending or running. Fix: start it with heddle start`,
    );
  }
  await markPartition(record, services);
  await tellLineageOfStart(record, services);
  await ledger.audit.record(call.pipeline, id, {
    id: `started#${generation}`,
    at: startedAt,
    by: 'begin',
    what: 'started',
    detail: `execution ${generation} of the run, definition ${definitionHash}`,
  });
  const mended = generation > 1 ? await ledger.copies.of(call.pipeline, id) : {};
  const run: RunFacts = {
    pipeline: call.pipeline,
    id,
    partition: record.partition,
    definitionHash: call.definitionHash,
    execution: call.execution,
    ...(record.priority ? { priority: record.priority } : {}),
    ...(Object.keys(mended).length > 0 ? { mended } : {}),
  };
  return { run, control: { [beginSlot]: await controlOf(call, run, ledger) }, chosen: {} };
};

/** A value that will not come is left out: the states that read it skip what depends on it. */
const controlOf = async (call: BeginCall, run: RunFacts, ledger: Services['ledger']): Promise<Control> => {
  const resolver = ledger.resolver();
  const scope = { pipeline: run.pipeline, run: run.id, partition: run.partition, chosen: {} };
  const values: [string, Json][] = [];
  for (const { key, bind, count } of call.control) {
    try {
      const value = await resolver.resolve(bind, scope);
      values.push([key, count ? (Array.isArray(value) ? value.length : 0) : value]);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
    }
  }
  return Object.fromEntries(values);
};
