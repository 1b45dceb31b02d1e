// Carries a change of a gate through: read, decide, put back if nobody else did, then do what the gate owes.
import {
  type AdmissionPolicy,
  type Gate,
  type Owed,
  type PipelineManifest,
  readExecutionName,
} from '../../records/index.ts';
import { AwsCallError } from '../../support/aws-call.ts';
import { TransientError } from '../../support/run-errors.ts';
import { settleRun } from '../reconcile.ts';
import type { Services } from '../services.ts';
import { type Answer, enter, leave } from './gate.ts';
import { skipRun } from './skip.ts';
import { startWaiting } from './start-waiting.ts';

/** Each try that fails is another's that did not. */
const mostTries = 100;

/** Asks for room for an execution. What the gate owes is done when this resolves. */
export const comeIn = async (
  manifest: PipelineManifest,
  name: string,
  policy: AdmissionPolicy,
  services: Services,
  givesWay = false,
): Promise<Answer> =>
  change(manifest, services, async (gate) => {
    const entered = enter(gate, name, policy, givesWay);
    if (entered.answer.kind === 'go') return entered;
    // Before anybody waits in vain: room may be held by a run whose end nobody could tell.
    const ended = await endedAmong(manifest.pipeline, gate.running, services);
    return ended.length === 0 ? entered : enter(leave(gate, ended, policy.maxRuns), name, policy, givesWay);
  });

/** Gives up the room of an execution that has ended, and lets the next one in. */
export const goOut = (manifest: PipelineManifest, name: string, services: Services): Promise<void> =>
  change(manifest, services, async (gate) => ({
    gate: leave(gate, [name], manifest.admission?.maxRuns ?? Number.POSITIVE_INFINITY),
    answer: undefined,
  }));

const change = async <T>(
  manifest: PipelineManifest,
  services: Services,
  decide: (gate: Gate) => Promise<{ readonly gate: Gate; readonly answer: T }>,
): Promise<T> => {
  const { gates } = services.ledger;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const before = await gates.get(manifest.pipeline);
    const { gate, answer } = await decide(before);
    if (gate !== before && !(await gates.replace(manifest.pipeline, before, gate))) continue;
    if (gate.owed.length > 0) await pay(manifest, gate.owed, services);
    return answer;
  }
  throw new TransientError(`the gate of ${manifest.pipeline} changed ${mostTries} times under our hands`);
};

/** Does what is owed, then says that it is done: a crash in between has the next one do it again. */
const pay = async (manifest: PipelineManifest, owed: readonly Owed[], services: Services): Promise<void> => {
  for (const each of owed) await carryOut(manifest, each, services);
  const paid = new Set(owed.map((each) => JSON.stringify(each)));
  await change(manifest, services, async (gate) => {
    const left = gate.owed.filter((each) => !paid.has(JSON.stringify(each)));
    return { gate: left.length === gate.owed.length ? gate : { ...gate, owed: left }, answer: undefined };
  });
};

const carryOut = async (manifest: PipelineManifest, owed: Owed, services: Services): Promise<void> => {
  const { run, generation } = readExecutionName(owed.name);
  const { pipeline } = manifest;
  switch (owed.kind) {
    case 'start':
      return startWaiting(manifest, run, generation, services);
    case 'skip':
      return skipRun({ pipeline, run, generation }, owed.reason, services);
    case 'stop': {
      const executionArn = `${manifest.stateMachineArn.replace(':stateMachine:', ':execution:')}:${owed.name}`;
      const end = { error: 'Heddle.Cancelled', cause: `${owed.by} came after it, and overlap is 'cancelRunning'` };
      try {
        await services.aws.call('states', 'StopExecution', { executionArn, ...end });
      } catch (error) {
        if (!(error instanceof AwsCallError && error.code === 'ExecutionDoesNotExist')) throw error;
        // Whoever lets it in has not started it yet; it will find its run ended.
        await settleRun({ pipeline, run, generation }, { status: 'cancelled', ...end }, services);
      }
    }
  }
};

const endedAmong = async (
  pipeline: string,
  names: readonly string[],
  { ledger }: Services,
): Promise<readonly string[]> => {
  const ended = await Promise.all(
    names.map(async (name) => {
      const { run, generation } = readExecutionName(name);
      const record = await ledger.runs.get(pipeline, run);
      return !record || record.endedAt !== undefined || (record.generation ?? 1) > generation;
    }),
  );
  return names.filter((_, index) => ended[index]);
};
