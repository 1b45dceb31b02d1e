// Latches and machines of their own, as CloudFormation makes them: who may wait, wake, start and stop.
import { describe, expect, test } from '@jest/globals';
import { compile } from '../../lib/asl/index.ts';
import { graphOf } from '../../lib/graph/index.ts';
import { fixtureTemplate, resourcesOf } from './fixtures/app.ts';
import { crossing, packed, rounds } from './fixtures/latched.ts';
import { type Statement, statementsOf } from './fixtures/policies.ts';

const template = fixtureTemplate({ pipelines: [crossing, rounds, packed] });
const statements = statementsOf(template);
const compiled = compile(graphOf(packed));

const said = ({ actions, resources, keys }: Statement): string =>
  `${[...actions].sort().join(' ')} on ${[...resources].sort().join(' ')}${keys.length > 0 ? ` of ${keys.join(' ')}` : ''}`;

/** What a role may do by actions of these services, one line a statement. */
const rightsOf = (role: string, services: RegExp): readonly string[] =>
  statements
    .filter((statement) => statement.role === role && statement.actions.some((action) => services.test(action)))
    .map(said)
    .sort();

const states = (resource: string) => `arn:Partition:states:Region:AccountId:${resource}`;
const machines = (...names: readonly string[]) => names.map((name) => states(`stateMachine:${name}`)).join(' ');
const parts = ['heddle-packed-1', 'heddle-packed-2'];
const executions = parts.flatMap((name) => [states(`execution:${name}/*`), states(`execution:${name}:*`)]);

test('the fixtures have what they are for', () => {
  expect(compiled.children.map(({ placeholder }) => placeholder)).toEqual(['machine_1', 'machine_2']);
  expect(compiled.releases).toEqual(['x1', 'x3', 'y1']);
  expect(compile(graphOf(rounds)).releases).toEqual(['aRound1', 'aRound2']);
  expect(compile(graphOf(crossing))).toMatchObject({ releases: ['a'], children: [] });
});

describe('rights', () => {
  test.each([
    [
      'a machine with a latch waits in the items of its own runs',
      'HeddlePipelinesCrossingStateMachineRole',
      /^(dynamodb|states|events):/,
      ['dynamodb:UpdateItem on <HeddleLedgerTable> of run#crossing#*'],
    ],
    [
      'one with children starts, watches and stops them too',
      'HeddlePipelinesPackedStateMachineRole',
      /^(dynamodb|states|events):/,
      [
        'dynamodb:UpdateItem on <HeddleLedgerTable> of run#packed#*',
        `states:StartExecution on ${machines(...parts)}`,
        `states:DescribeExecution states:RedriveExecution states:StopExecution on ${executions.sort().join(' ')}`,
        'events:DescribeRule events:PutRule events:PutTargets on arn:Partition:events:Region:AccountId:rule/StepFunctionsGetEventsForStepFunctionsExecutionRule',
      ],
    ],
    [
      'a stage wakes who waits in its own machine',
      'HeddlePipelinesCrossingStagesARole',
      /^states:/,
      [`states:SendTaskSuccess on ${machines('heddle-crossing')}`],
    ],
    [
      'or in any of its parts',
      'HeddlePipelinesPackedStagesX1Role',
      /^states:/,
      [`states:SendTaskSuccess on ${machines('heddle-packed', ...parts)}`],
    ],
    [
      'so does one that several rounds share',
      'HeddlePipelinesRoundsStagesARole',
      /^states:/,
      [`states:SendTaskSuccess on ${machines('heddle-rounds')}`],
    ],
    ['one that nobody waits for at a latch does not', 'HeddlePipelinesRoundsStagesBRole', /^states:/, []],
    [
      'settle wakes for stages that failed',
      'HeddleOperatorsSettleRole',
      /^states:/,
      [`states:SendTaskFailure states:SendTaskSuccess on ${machines('heddle-*')}`],
    ],
    [
      'dispatch starts the root alone',
      'HeddleOperatorsDispatchRole',
      /^states:Start/,
      [`states:StartExecution on ${machines('heddle-crossing', 'heddle-packed', 'heddle-rounds')}`],
    ],
  ])('%s', (_, role, services, rights) => {
    expect(rightsOf(role, services)).toEqual([...rights].sort());
  });
});

describe('the machines of a pipeline', () => {
  interface Machine {
    readonly StateMachineName: string;
    readonly DefinitionString: string;
    readonly DefinitionSubstitutions: { readonly [placeholder: string]: unknown };
    readonly RoleArn: unknown;
    readonly LoggingConfiguration: { readonly Level: string };
    readonly TracingConfiguration: { readonly Enabled: boolean };
  }
  const made = resourcesOf(template, 'AWS::StepFunctions::StateMachine')
    .map(([, { Properties }]) => Properties as unknown as Machine) // as CDK writes it
    .filter(({ StateMachineName }) => StateMachineName.startsWith('heddle-packed'));
  const [root, ...children] = made;

  test('are those that were compiled, and share a role', () => {
    expect(made.map(({ StateMachineName }) => StateMachineName)).toEqual(['heddle-packed', ...parts]);
    expect(made.map(({ DefinitionString }) => DefinitionString)).toEqual([
      compiled.definition,
      ...compiled.children.map(({ definition }) => definition),
    ]);
    expect(new Set(made.map(({ RoleArn }) => JSON.stringify(RoleArn))).size).toBe(1);
  });

  test('log and trace alike', () => {
    for (const { LoggingConfiguration, TracingConfiguration } of made) {
      expect(LoggingConfiguration).toMatchObject({ Level: 'ERROR' });
      expect(TracingConfiguration.Enabled).toBe(true);
    }
  });

  test('have every placeholder filled in, and no value that they do not ask for', () => {
    for (const { DefinitionString, DefinitionSubstitutions } of made) {
      const asked = [...DefinitionString.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(DefinitionSubstitutions).sort()).toEqual([...new Set(asked)].sort());
    }
  });

  test('call versions of functions, each function from one part alone', () => {
    const called = children.flatMap(({ DefinitionSubstitutions }) =>
      Object.entries(DefinitionSubstitutions).flatMap(([name, value]) =>
        name.startsWith('stage_') ? [JSON.stringify(value)] : [],
      ),
    );
    expect(called.every((version) => version.includes('CurrentVersion'))).toBe(true);
    expect([called.length, new Set(called).size]).toEqual([10, 10]);
  });

  test('the root names its parts by ARN', () => {
    expect(JSON.stringify(root?.DefinitionSubstitutions.machine_1)).toContain(':stateMachine:heddle-packed-1');
  });
});

test('one rule tells reconcile of every execution that died, of a part too', () => {
  const rules = resourcesOf(template, 'AWS::Events::Rule')
    .map(([, { Properties }]) => JSON.stringify(Properties.EventPattern ?? {}))
    .filter((pattern) => pattern.includes('aws.states'));
  expect(rules).toHaveLength(1);
  expect(rules[0]).toMatch(/prefix.*:stateMachine:heddle-"/);
});
