import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { CompiledPipeline } from '../asl/index.ts';
import type { ServiceRight } from '../graph/index.ts';
import { compensationSuffix } from '../records/index.ts';
import { acceptFindings, acceptWildcards } from './accepted-findings.ts';
import { leadingKeys, runKeysOf, stateMachineArn } from './access.ts';
import type { Buckets } from './buckets.ts';
import { allowChildMachines, childName } from './child-machines.ts';
import { allowDistributedMaps } from './distributed-maps.ts';
import type { InvokedFunction } from './handler-function.ts';
import { idOf } from './names.ts';
import { type StandIn, standIn } from './stand-ins.ts';

export interface CompiledStateMachineProps {
  readonly stateMachineName: string;
  readonly compiled: CompiledPipeline;
  /** Calls of AWS that the machine itself makes. */
  readonly rights: readonly ServiceRight[];
  /** Functions for the local engine alone. */
  readonly standIns: readonly StandIn[];
  /** What to put for the placeholders `stage_<id>`, `fallback_<id>` and `operator_<name>`. */
  readonly functions: { readonly [placeholder: string]: InvokedFunction };
  /** For maps over files. */
  readonly buckets: Pick<Buckets, 'inbox' | 'payloads'>;
  /** @default true */
  readonly tracing?: boolean | undefined;
  /** What to put for the placeholder `ledger`, of whose items it gets those of its own runs: latches are there. */
  readonly ledger: Table;
}

/** The state machine of a compiled pipeline, with a role that may invoke exactly the functions it calls. */
export class CompiledStateMachine extends Construct {
  readonly stateMachine: StateMachine;
  /** The machine that undoes what failed runs did, where the pipeline has one. */
  readonly compensation: StateMachine | undefined;

  constructor(scope: Construct, id: string, props: CompiledStateMachineProps) {
    super(scope, id);
    const { stateMachineName, compiled, functions, ledger, buckets, rights, standIns, tracing = true } = props;
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('states.amazonaws.com'),
      description: `Runs the state machine ${stateMachineName}`,
    });
    // Every version of the functions it calls: an execution calls those of the deployment that it began with, and AWS looks
    // up the role as it is now. Not `grantInvoke`, which adds the function without a version.
    const versions = [...new Set(Object.values(functions).map(({ allVersions }) => allVersions))];
    for (const resources of grouped(versions))
      role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [...resources] }));
    acceptWildcards(role, versions, 'Executions that outlive a deployment call the versions that they began with.');
    for (const { actions, resources: named, kind } of rights) {
      const stack = Stack.of(this);
      const ruleArn = (name: string): string =>
        stack.formatArn({ service: 'events', resource: 'rule', resourceName: name });
      const resources = kind === 'rule' ? named.map(ruleArn) : [...named];
      role.addToPolicy(new PolicyStatement({ actions: [...actions], resources }));
      const wild = resources.filter((resource) => resource.includes('*'));
      acceptWildcards(role, wild, 'A pipeline names it so in flow.service, or AWS names the job that it starts.');
    }
    const machines = [
      { name: stateMachineName, definition: compiled.definition },
      ...compiled.children.map(({ placeholder, definition }) => ({
        name: childName(stateMachineName, placeholder),
        definition,
      })),
    ];
    const distributing = machines.filter(({ definition }) => definition.includes('"Mode":"DISTRIBUTED"'));
    allowDistributedMaps(
      role,
      compiled,
      distributing.map(({ name }) => name),
      buckets,
    );
    if (compiled.waits) {
      role.addToPolicy(
        new PolicyStatement({
          actions: ['dynamodb:UpdateItem'],
          resources: [ledger.tableArn],
          conditions: leadingKeys([runKeysOf(compiled.name)]),
        }),
      );
    }
    const placeholders = {
      definitionHash: compiled.hash,
      ledger: ledger.tableName,
      inboxBucket: buckets.inbox.bucketName,
      payloadBucket: buckets.payloads.bucketName,
      ...Object.fromEntries(Object.entries(functions).map(([placeholder, { version }]) => [placeholder, version])),
      // By their names: a child may start children of its own.
      ...Object.fromEntries(
        compiled.children.map(({ placeholder }) => [
          placeholder,
          stateMachineArn(this, childName(stateMachineName, placeholder)),
        ]),
      ),
    };
    const type = compiled.type === 'express' ? StateMachineType.EXPRESS : StateMachineType.STANDARD;
    const machine = (id: string, name: string, definition: string, comment: string, of = type): StateMachine => {
      const made = new StateMachine(this, id, {
        stateMachineName: name,
        comment,
        stateMachineType: of,
        definitionBody: DefinitionBody.fromString(definition),
        definitionSubstitutions: namedIn(definition, placeholders),
        role,
        // Only errors: a Standard execution keeps its whole history for 90 days, and the ledger what every run did for longer.
        // All events would say it again, at a price that grows with every batch of a map, and is many times an Express one's.
        logs: {
          level: LogLevel.ERROR,
          includeExecutionData: false,
          destination: new LogGroup(this, id === 'Machine' ? 'Logs' : `${id}Logs`, {
            logGroupName: `/aws/vendedlogs/states/${name}`, // the prefix that needs no resource policy
            retention: RetentionDays.ONE_MONTH,
            removalPolicy: RemovalPolicy.DESTROY,
          }),
        },
        tracingEnabled: tracing,
      });
      standIn(
        made,
        standIns.filter(({ state }) => definition.includes(`${JSON.stringify(state)}:`)),
      );
      return made;
    };
    this.stateMachine = machine('Machine', stateMachineName, compiled.definition, `Heddle pipeline ${compiled.name}`);
    for (const { placeholder, definition } of compiled.children) {
      const child = childName(stateMachineName, placeholder);
      machine(idOf(placeholder), child, definition, `Part of the Heddle pipeline ${compiled.name}`);
    }
    if (compiled.compensation !== undefined) {
      const name = `${stateMachineName}${compensationSuffix}`;
      const comment = `Undoes what failed runs of the Heddle pipeline ${compiled.name} did`;
      this.compensation = machine('Compensation', name, compiled.compensation, comment, StateMachineType.STANDARD);
    }
    allowChildMachines(role, compiled, stateMachineName);
    acceptFindings(this, 'AwsSolutions-SF1');
    acceptWildcards(role, ['*'], 'X-Ray and log delivery take no resource.');
  }
}

/** As many ARNs as one statement may have: CDK moves what a policy has no room for to another one, but only whole statements. */
const mostInStatement = 15;

const grouped = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / mostInStatement) }, (_, index) =>
    all.slice(index * mostInStatement, (index + 1) * mostInStatement),
  );

/** Those of the placeholders' values that a definition asks for. */
const namedIn = (definition: string, values: { readonly [placeholder: string]: string }) =>
  Object.fromEntries(Object.entries(values).filter(([placeholder]) => definition.includes(`\${${placeholder}}`)));
