// `finish`: the last state of every execution. Settles the run by its stages, tells the bus, and fails the execution when the
// run failed, so that every AWS tool agrees.

import { addressOf, isOpen } from '../ledger/index.ts';
import {
  type FinishCall,
  type PlannedStage,
  type RunRecord,
  readExecutionName,
  type StageRecord,
  type Status,
} from '../records/index.ts';
import { errorNames } from '../support/error-names.ts';
import { PermanentError } from '../support/run-errors.ts';
import { accountSoFar, compensationOf } from './compensate.ts';
import { openLettersAgain } from './open-letters-again.ts';
import { RunFailedError } from './run-failed-error.ts';
import { isoTime, type Services } from './services.ts';
import { isTold, tellEnd } from './tell-end.ts';

export interface FinishAnswer {
  readonly run: string;
  readonly status: 'completed';
  readonly stages: RunRecord['stages'];
}

export const finish = async (call: FinishCall, services: Services): Promise<FinishAnswer> => {
  const { ledger, now } = services;
  const { pipeline, id } = call.run;
  const { generation } = readExecutionName(call.run.execution);
  const recorded = new Map((await ledger.stages.list(pipeline, id)).map((record) => [record.stage, record]));
  const endedAt = isoTime(now());
  const final: { readonly stage: PlannedStage; readonly status: Status; readonly record: StageRecord | undefined }[] =
    [];
  for (const planned of call.stages) {
    const stage = typeof planned === 'string' ? { id: planned, within: [] } : planned;
    const record = recorded.get(stage.id);
    const passed = stage.within.find(({ choose, branch }) => call.chosen[choose] !== branch);
    // What an earlier execution of the run left of a branch that this one did not take does not count; nor does what the
    // order made `pending` there, to be done again.
    if (passed && (!record || record.status === 'pending' || (record.generation ?? 1) < generation)) {
      const reason = `${passed.choose} took ${call.chosen[passed.choose] ?? 'neither'}`;
      await ledger.stages.pass(addressOf(call.run, stage.id), reason, endedAt);
      final.push({ stage, status: 'skipped', record });
    } else {
      final.push({ stage, status: record?.status ?? 'pending', record });
    }
  }
  const stages: { [status in Status]?: number } = {};
  for (const { status } of final) stages[status] = (stages[status] ?? 0) + 1;
  const broken = final.filter(({ status }) => status === 'failed');
  const unsettled = final.filter(({ status }) => ['pending', 'running', 'waiting'].includes(status));
  if (generation > 1) {
    const completed = final.filter(({ status }) => status === 'completed').map(({ stage }) => stage.id);
    await openLettersAgain({ pipeline, run: id, generation }, new Set(completed), services);
  }
  const deadLetters = (await ledger.deadLetters.list(pipeline, id)).filter(isOpen).length;
  const [first] = broken;
  const failure = first
    ? `${broken.map(({ stage }) => stage.id).join(', ')} failed: ${first.record?.error ?? 'unknown'}: ${first.record?.cause ?? ''}`
    : unsettled.length > 0
      ? `${unsettled.map(({ stage, status }) => `${stage.id} is ${status}`).join(', ')} at the end of the run`
      : undefined;
  const status = failure === undefined ? 'completed' : 'failed';
  const account = await accountSoFar({ pipeline, run: id, generation }, [...recorded.values()], services);
  const { output, chosen } = call;
  const end = { status, endedAt, endedBy: 'finish', stages, deadLetters, account, output, chosen } as const;
  const why = failure === undefined ? {} : { error: errorNames.runFailed, cause: failure };
  const undone = await compensationOf({ pipeline, run: id, generation }, status, [...recorded.values()], services);
  const ended = await ledger.runs.end(pipeline, id, { ...end, ...why, ...undone }, generation);
  const record = ended ?? (await ledger.runs.get(pipeline, id));
  if (!record) throw new Error(`there is no run ${id} of ${pipeline}`);
  if ((record.generation ?? 1) !== generation)
    throw new PermanentError(`HDL406 the run ${id} of ${pipeline} is in its execution ${record.generation} by now`);
  // A repeat finds the run ended: the first may have died before it had told of it.
  if (ended || !(await isTold(record, services))) await tellEnd(record, [...recorded.values()], services);
  if (record.status !== 'completed') throw new RunFailedError(record.cause ?? `the run is ${record.status}`);
  return { run: id, status: 'completed', stages };
};
