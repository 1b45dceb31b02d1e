// A job that Step Functions does not follow: its states, on the engine, with functions in place of AWS.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { compile } from '../../lib/asl/index.ts';
import { definePipeline, type Pipeline } from '../../lib/definition/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { openServices, virtualClock } from '../../lib/local/index.ts';
import { goldenPipelines } from './golden-pipelines.ts';

interface State {
  readonly [field: string]: unknown;
}

/** The states of the job alone, with its ends as states that tell how it ended. */
const jobStates = (): { readonly [name: string]: State } => {
  const { definition } = compile(graphOf(goldenPipelines.jobs as Pipeline));
  const all = JSON.parse(definition).States as { readonly [name: string]: State };
  const own = ['call', 'pause', 'look', 'ended', 'stop', 'broken'].map((part) => `infer.${part}`);
  const lambda = (name: string): string => `arn:aws:lambda:us-east-1:123456789012:function:${name.replace('.', '_')}`;
  const states = own.map((name): [string, State] => {
    const state = all[name] ?? {};
    return [name, state.Type === 'Task' ? { ...state, Resource: lambda(name) } : state];
  });
  return {
    ...Object.fromEntries(states),
    'infer.done': { Type: 'Pass', Output: "{% {'done': $states.input.service.result.Status} %}", End: true },
    'infer.failed': { Type: 'Pass', Output: "{% {'failed': $states.input.failure} %}", End: true },
  };
};

const denied = Object.assign(new Error('not authorized'), { name: 'Bedrock.AccessDeniedException' });

test.each<[string, readonly (string | Error)[], object, number, number]>([
  ['that completes', ['InProgress', 'InProgress', 'Completed'], { done: 'Completed' }, 3, 0],
  [
    'that stops',
    ['InProgress', 'Stopped'],
    { failed: { Error: 'States.TaskFailed', Cause: 'the job of infer is Stopped why' } },
    2,
    0,
  ],
  [
    'that nobody may ask after',
    ['InProgress', denied, denied, denied],
    { failed: { Error: 'Bedrock.AccessDeniedException', Cause: expect.stringContaining('not authorized') } },
    4, // each retry fails
    3,
  ],
  [
    'that takes too long',
    [],
    { failed: { Error: 'States.Timeout', Cause: 'the job of infer is InProgress why' } },
    200,
    3,
  ],
])('a job %s', async (_, statuses, output, looks, stops) => {
  const asked: unknown[] = [];
  const stopped: unknown[] = [];
  const stateDir = mkdtempSync(join(tmpdir(), 'heddle-job-'));
  const engine = await openServices({
    stateDir,
    clock: virtualClock(Date.parse('2026-01-01T00:00:00Z')),
    functions: {
      infer_call: () => ({ JobArn: 'arn:job' }),
      infer_look: (event: unknown) => {
        asked.push(event);
        const status = statuses[asked.length - 1] ?? 'InProgress';
        if (status instanceof Error) throw status;
        return { JobArn: 'arn:job', Message: 'why', Status: status };
      },
      infer_stop: (event: unknown) => {
        stopped.push(event);
        throw Object.assign(new Error('it has ended'), { name: 'Bedrock.ConflictException' });
      },
    },
  });
  const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'infer.call', States: jobStates() });
  const made = { name: 'job', definition, roleArn: 'arn:aws:iam::123456789012:role/r' };
  const { stateMachineArn } = await engine.service('sfn').call('CreateStateMachine', made);
  const input = JSON.stringify({ service: { arguments: { JobName: 'a' } } });
  const { executionArn } = await engine.service('sfn').call('StartExecution', { stateMachineArn, input });
  const ended = await engine.ended(String(executionArn));
  await engine.close();
  rmSync(stateDir, { recursive: true });
  expect(JSON.parse(String(ended.output))).toEqual(output);
  expect(asked).toEqual(Array.from({ length: looks }, () => ({ JobIdentifier: 'arn:job' })));
  expect(stopped).toEqual(Array.from({ length: stops }, () => ({ JobIdentifier: 'arn:job' }))); // each retry of it fails
});

test('what stands in for a job stands in for each call of AWS that it makes', () => {
  const jobs = definePipeline('jobs', { input: z.object({}) }, (flow) => {
    const call = {
      arguments: {},
      resources: ['arn:aws:bedrock:eu-west-1::foundation-model/x'],
      standIn: 'fake',
    } as const;
    flow.service('infer', { ...call, service: 'bedrock:createModelInvocationJob.sync' });
    flow.service('train', { ...call, service: 'ecs:runTask.sync' });
  });
  const { definition, standIns } = compile(graphOf(jobs));
  expect(standIns.map(({ state }) => state)).toEqual(['infer.call', 'infer.look', 'infer.stop', 'train.call']);
  for (const { state } of standIns) expect(definition).toContain(`"${state}":`);
});
