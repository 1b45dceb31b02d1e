// Runs, started, stopped, let go on, or given their answer from a dashboard. Each is what the command of that name asks for.
import { planRun, resumeOrderOf } from '../ledger/index.ts';
import { breach, type Services } from '../operators/index.ts';
import {
  type AnswerCall,
  type AnswerResult,
  isCompensating,
  isExpressArn,
  type Json,
  keyProblem,
  manifestName,
  manualRunId,
  type OrchestratorManifest,
  partitionWords,
  type StartMessage,
} from '../records/index.ts';
import { sha256 } from '../support/sha256.ts';
import { by, filledWrong, jsonIn, nothingDone, type Pressed } from './answers.ts';

export const cancel = async ({ pipeline, given }: Pressed, { ledger, aws }: Services): Promise<string> => {
  const id = given('run') ?? '';
  const run = await ledger.runs.get(pipeline, id);
  const { executionArn, endedAt, status } = run ?? {};
  if (endedAt !== undefined || executionArn === undefined || isExpressArn(executionArn))
    return nothingDone(`the run ${id} of ${pipeline} is ${status ?? 'not there'}`, 'a Standard execution under way');
  await aws.call('states', 'StopExecution', { executionArn, error: 'Heddle.Cancelled', cause: `stopped by ${by}` });
  return `The run ${id} of ${pipeline} is being stopped.`;
};

const ask = ({ aws, startQueueUrl }: Services, message: StartMessage): Promise<unknown> =>
  aws.call('sqs', 'SendMessage', { QueueUrl: startQueueUrl, MessageBody: JSON.stringify(message) });

export const resume = async ({ pipeline, given }: Pressed, services: Services): Promise<string> => {
  const { ledger, aws, manifests, eventBus: orchestrator } = services;
  const id = given('run') ?? '';
  const [run, manifest] = await Promise.all([ledger.runs.get(pipeline, id), manifests.of(pipeline)]);
  const canGoOn = run && !isCompensating(run) && (run.status === 'failed' || run.status === 'cancelled');
  if (!canGoOn || !manifest)
    return nothingDone(
      `the run ${id} of ${pipeline} is ${run?.status ?? 'not there'}`,
      'one that failed or was cancelled',
    );
  const plan = await planRun({ aws, ledger, orchestrator }, run, manifest);
  const order = resumeOrderOf(run, plan, { by, reason: 'resumed from a dashboard' });
  await ask(services, { kind: 'resume', pipeline, run: id, order });
  const again = plan.filter(({ does }) => does !== 'reused').length;
  return `The run ${id} of ${pipeline} goes on: ${plan.length - again} of its ${plan.length} stages keep what they gave.`;
};

export const start = async ({ pipeline, given, filled }: Pressed, services: Services): Promise<string> => {
  const { manifests } = services;
  const [id, manifest] = [given('id'), await manifests.of(pipeline)];
  if (!manifest || id === undefined)
    return nothingDone(`there is no pipeline ${pipeline} here`, 'one that is deployed');
  const read = jsonIn(filled('input') ?? '{}', 'the input');
  if ('problem' in read) return read.problem;
  const input = read.value as Json; // it was parsed
  const schema = await manifests.inputOf(pipeline);
  const broken = schema === undefined ? undefined : breach(schema, input);
  if (broken !== undefined)
    return filledWrong(`the input breaks the contract of ${pipeline}: ${broken}`, JSON.stringify(schema));
  const partition = filled('partition');
  if (manifest.partitions) {
    const { partitions } = manifest;
    const problem = partition === undefined ? 'no partition was given' : keyProblem(partitions, partition);
    if (problem !== undefined)
      return filledWrong(
        `${pipeline} cannot start: ${problem}`,
        `one of its partitions, ${partitionWords(partitions)}`,
      );
  }
  await ask(services, { kind: 'manual', pipeline, id, ...(partition ? { partition } : {}), input, by });
  const run = manualRunId(pipeline, partition ?? id, id);
  return `The run ${run} of ${pipeline} is asked for. It begins in a moment, unless what it reads is not complete for its partition.`;
};

export const answer = async ({ pipeline, given, filled }: Pressed, { aws, eventBus }: Services): Promise<string> => {
  const [run = '', stage = ''] = [given('run'), given('stage')];
  const text = given('json') ?? filled('json') ?? '';
  const read = jsonIn(text, 'the answer');
  if ('problem' in read) return read.problem;
  const value = read.value as Json; // it was parsed
  const { Parameter } = await aws.call('ssm', 'GetParameter', { Name: manifestName(eventBus) });
  const { answerFunction } = JSON.parse((Parameter as { Value: string }).Value) as OrchestratorManifest; // written by the constructs
  // The same answer sent again is the same.
  const id = sha256(JSON.stringify([pipeline, run, stage, value]));
  const call: AnswerCall = { pipeline, run, stage, answer: value, by, id };
  const result = (await aws.invoke(answerFunction, call)) as AnswerResult; // the function is ours
  if (result.kind === 'answered') return `${stage} of ${pipeline} ${run} is answered.`;
  return `${result.code}: ${result.found}; expected ${result.expected}. Nothing is done. Fix: ${result.fix}`;
};
