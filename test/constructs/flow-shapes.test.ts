// A pipeline with a map over a file, a stage with a fallback and a repetition: what each adds to the template.
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { definePipeline, defineStage, fromS3, gte, type Ref } from '../../lib/definition/index.ts';
import { fixtureTemplate, resourcesOf } from './fixtures/app.ts';
import { cleanFile, total } from './fixtures/contracts.ts';
import { statementsOf } from './fixtures/policies.ts';

const second = defineStage('cleanFile', { input: total.input, output: total.output, retry: { moreMemoryMb: 4_096 } });
const takeBack = defineStage('cleanFile', { input: z.object({ output: total.output }), output: z.object({}) });
const streams = definePipeline('streams', { input: z.object({ key: z.string() }) }, (flow) => {
  const rows = fromS3({ bucket: 'inbox', key: flow.input.key, format: 'jsonl', row: z.object({ key: z.string() }) });
  const cleaned = flow.map(cleanFile, rows, ({ key }) => ({ key }), { id: 'clean' });
  const options = { initial: { rows: 0 }, until: (state: Ref<{ rows: number }>) => gte(state.rows, 3), atMost: 3 };
  flow.repeat('again', options, () => flow.task(cleanFile, { key: 'k' }));
  return flow.task(total, { rows: cleaned.outputs }, { fallback: second, compensate: takeBack });
});
const template = fixtureTemplate({ pipelines: [streams] });
const arn = (service: string, resource: string) => `arn:Partition:${service}:Region:AccountId:${resource}`;

test('the state machine may start executions of itself, read the file, and write what a Map Run writes', () => {
  const rights = statementsOf(template)
    .filter(({ role, actions }) => role.includes('StateMachineRole') && /^(states|s3):/.test(actions[0] ?? ''))
    .map(({ actions, resources }) => `${actions.join(' ')} on ${resources.join(' ')}`);
  expect(rights).toEqual([
    `states:StartExecution on ${arn('states', 'stateMachine:heddle-streams')}`,
    `states:DescribeExecution states:RedriveExecution states:StopExecution on ${arn('states', 'execution:heddle-streams/*')} ${arn('states', 'execution:heddle-streams:*')}`,
    's3:GetObject on <HeddleBucketsInbox>/*',
    's3:AbortMultipartUpload s3:GetObject s3:ListMultipartUploadParts s3:PutObject on <HeddleBucketsPayloads>/map-runs/streams/*',
  ]);
});

interface Statement {
  readonly Action: unknown;
  readonly Condition?: unknown;
}

test('of JSON lines under a prefix it may list what it reads, and the copies of them that are its own', () => {
  const row = z.object({ key: z.string() });
  const under = definePipeline('streams', { input: z.object({}) }, (flow) => {
    const rows = fromS3({ bucket: 'inbox', prefix: 'drops/', format: 'jsonl', row });
    flow.map(cleanFile, rows, ({ key }) => ({ key }));
  });
  const lists = resourcesOf(fixtureTemplate({ pipelines: [under] }), 'AWS::IAM::Policy')
    .filter(([id]) => id.includes('StateMachineRole'))
    .flatMap(([, { Properties }]) => (Properties.PolicyDocument as { Statement: readonly Statement[] }).Statement)
    .filter(({ Action }) => Action === 's3:ListBucket');
  expect(lists.map(({ Condition }) => Condition)).toEqual([
    undefined,
    { StringLike: { 's3:prefix': ['map-runs/streams/mended/*'] } },
  ]);
});

test('mend, and not settle, may copy lines of the file, and give up a copy; what is left of one goes', () => {
  const rightsOf = (operator: string) =>
    statementsOf(template)
      .filter(({ role, actions }) => role === `HeddleOperators${operator}Role` && actions.join().includes('s3:'))
      .map(({ actions, resources }) => `${actions.join(' ')} on ${resources.join(' ')}`);
  const copying = 's3:AbortMultipartUpload s3:PutObject on <HeddleBucketsPayloads>/map-runs/streams/mended/*';
  expect(rightsOf('Mend')).toContain(copying);
  expect(rightsOf('Settle')).not.toContain(copying);
  template.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'heddle-mend', Timeout: 900 });
});

test('settle and mend give up before the states that call them do', () => {
  const given = (operator: string): number =>
    Number(
      resourcesOf(template, 'AWS::Lambda::Function').find(
        ([, { Properties }]) => Properties.FunctionName === `heddle-${operator}`,
      )?.[1].Properties.Timeout,
    );
  const definitions = resourcesOf(template, 'AWS::StepFunctions::StateMachine').map(([, { Properties }]) =>
    JSON.stringify(Properties.DefinitionString),
  );
  const asked = (operator: string): readonly number[] =>
    definitions.flatMap((definition) =>
      [...definition.matchAll(/"FunctionName\W+\{operator_(\w+)\}.*?TimeoutSeconds\W+(\d+)/g)].flatMap(
        ([, name, seconds]) => (name === operator ? [Number(seconds)] : []),
      ),
    );
  for (const operator of ['begin', 'settle', 'mend', 'finish']) {
    expect(asked(operator)).not.toEqual([]);
    expect(Math.min(...asked(operator))).toBeGreaterThan(given(operator));
  }
});

test('what is left of a copy goes', () => {
  template.hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: [
        { Id: 'uploads', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 }, Status: 'Enabled' },
        { Id: 'map-runs', Prefix: 'map-runs/', ExpirationInDays: 90, Status: 'Enabled' },
      ],
    },
  });
});

test('its definition is told the buckets, the function of the fallback, and for each round the one function', () => {
  const [machine] = resourcesOf(template, 'AWS::StepFunctions::StateMachine');
  const given = Object.keys((machine?.[1].Properties.DefinitionSubstitutions ?? {}) as object);
  expect(given).toEqual(expect.arrayContaining(['inboxBucket', 'payloadBucket', 'fallback_total']));
  expect(given).toEqual(expect.arrayContaining(['stage_cleanFileRound1', 'stage_cleanFileRound3']));
  template.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'heddle-streams-total-fallback' });
});

test('where there is more memory to have, a second function of the same code has it', () => {
  const functionNamed = (name: string) =>
    resourcesOf(template, 'AWS::Lambda::Function').find(([, { Properties }]) => Properties.FunctionName === name)?.[1]
      .Properties;
  const [own, more] = ['', '-moreMemory'].map((part) => functionNamed(`heddle-streams-total-fallback${part}`));
  expect([own?.MemorySize, more?.MemorySize]).toEqual([512, 4_096]);
  expect(more?.Code).toEqual(own?.Code);
});

test('what undoes stages is a machine of its own, which dispatch may start and the manifest names', () => {
  const machines = resourcesOf(template, 'AWS::StepFunctions::StateMachine').map(([, { Properties }]) => [
    Properties.StateMachineName,
    Properties.StateMachineType,
    Object.keys((Properties.DefinitionSubstitutions ?? {}) as object),
  ]);
  expect(machines[1]).toEqual(['heddle-streams-compensate', 'STANDARD', ['compensate_total', 'operator_settle']]);
  template.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'heddle-streams-total-compensate' });
  const starts = statementsOf(template).filter(({ actions }) => actions.includes('states:StartExecution'));
  expect(starts.filter(({ resources }) => resources.join().includes('-compensate')).map(({ role }) => role)).toEqual([
    'HeddleOperatorsDispatchRole',
  ]);
  const manifest = JSON.stringify(resourcesOf(template, 'AWS::SSM::Parameter'));
  expect(manifest).toContain('compensationArn');
});

test('the rounds of a repetition share one function', () => {
  const names = resourcesOf(template, 'AWS::Lambda::Function').map(([, { Properties }]) =>
    String(Properties.FunctionName),
  );
  expect(names.filter((name) => name.includes('cleanFile'))).toEqual(['heddle-streams-cleanFile']);
});
