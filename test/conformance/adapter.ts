// Runs the recorded cases of ../shared/asl-corpus against the engine's `sfn` service in virtual time. The Lambda functions
// are the corpus's own: each case says what its functions answered on AWS.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AwsError, type EngineContext, type Service, type ServiceId, type Shape } from '../../lib/local/service.ts';
import { sfnService } from '../../lib/local/services/sfn/index.ts';
import { virtualClock } from '../../lib/local/virtual-clock.ts';
import type { Ran } from './agreement.ts';
import { act } from './recorded-actors.ts';
import { type Behaviour, recordedLambda } from './recorded-lambda.ts';
import { type RecordedResources, recordedServices } from './recorded-services.ts';

interface RecordedMachine {
  readonly name: string;
  readonly arn: string;
  readonly type: string;
  readonly definition: unknown;
}

export interface RecordedCase {
  readonly id: string;
  readonly stateMachineType: string;
  readonly definition: unknown;
  readonly input?: unknown;
  readonly inputRaw?: string;
  readonly requires: readonly string[];
  /** What others did meanwhile. */
  readonly externalActions?: readonly string[];
  readonly mocks?: RecordedResources & {
    readonly activities?: Readonly<Record<string, string>>;
    readonly lambda?: Readonly<Record<string, { readonly behaviour: Behaviour }>>;
    readonly stateMachines?: readonly RecordedMachine[];
  };
}

// AWS writes it and so do we: in every recording the ids leave a gap for it, but the recorder did not keep the event itself.
const DROPPED_BY_RECORDER = 'ParallelStateSucceeded';
// The corpus wrote its waits "so many days from now" as timestamps counted from this instant; at AWS's limit of 2^31 - 1 seconds
// a clock that had moved on by a day would answer otherwise.
const RECORDED_AT = Date.parse('2026-11-23T18:09:48Z');
const ACCOUNT = '111111111111';
const REGION = 'us-east-1';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/sfn-role`;

const seeded = (seed: number) => () => {
  seed = (seed * 1664525 + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

/** An engine with Step Functions, the case's Lambda functions, and the services that the case requires. */
const engineFor = async ({ mocks = {}, requires }: RecordedCase) => {
  const clock = virtualClock(RECORDED_AT);
  const stateDir = mkdtempSync(join(tmpdir(), 'conformance-'));
  const services = new Map<ServiceId, Service>();
  const ended = new Map<string, () => void>();
  const context: EngineContext = {
    region: REGION,
    account: ACCOUNT,
    stateDir,
    database: new DatabaseSync(':memory:'),
    clock,
    random: seeded(1),
    endpoint: () => 'http://127.0.0.1:0',
    service: (id) => {
      const found = services.get(id);
      if (!found) throw new AwsError('ServiceUnavailable', `this engine does not run ${id}`, 503);
      return found;
    },
    emit: ({ detail }) => {
      if (detail.status !== 'RUNNING') ended.get(String(detail.executionArn))?.();
    },
  };
  services.set('lambda', recordedLambda(mocks.lambda ?? {}, clock));
  for (const [id, service] of await recordedServices(context, requires, mocks)) services.set(id, service);
  const sfn = sfnService(context);
  services.set('sfn', sfn);
  return {
    sfn,
    service: context.service,
    untilEnded: (arn: string) => new Promise<void>((resolve) => ended.set(arn, resolve)),
    close: async () => {
      for (const service of services.values()) await service.close?.();
      rmSync(stateDir, { recursive: true });
    },
  };
};

const historyOf = async (sfn: Service, executionArn: string): Promise<Shape[]> => {
  const events: Shape[] = [];
  let nextToken: unknown;
  do {
    const answer = await sfn.call('GetExecutionHistory', {
      executionArn,
      maxResults: 1000,
      ...(nextToken ? { nextToken } : {}),
    });
    events.push(...(answer.events as Shape[]).filter(({ type }) => type !== DROPPED_BY_RECORDER));
    nextToken = answer.nextToken;
  } while (nextToken);
  return events;
};

const run = async (recorded: RecordedCase): Promise<Ran> => {
  const { sfn, service, untilEnded, close } = await engineFor(recorded);
  const { activities = {}, sqs = {} } = recorded.mocks ?? {};
  const create = (name: string, definition: string, type: string) =>
    sfn.call('CreateStateMachine', { name, definition, roleArn: ROLE, type });
  try {
    for (const { name, definition, type } of recorded.mocks?.stateMachines ?? []) {
      await create(name, JSON.stringify(definition), type);
    }
    // Where nobody works for them they had been deleted before.
    if (recorded.externalActions?.length) {
      for (const activity of Object.keys(activities)) await sfn.call('CreateActivity', { name: activity });
    }
    const input = recorded.inputRaw ?? JSON.stringify(recorded.input);
    const { stateMachineArn } = await create(
      'conformance',
      JSON.stringify(recorded.definition),
      recorded.stateMachineType,
    );
    if (recorded.stateMachineType === 'EXPRESS') {
      return (await sfn.call('StartSyncExecution', { stateMachineArn, input })) as unknown as Ran;
    }
    const name = 'case';
    const executionArn = String(stateMachineArn).replace(':stateMachine:', ':execution:').concat(`:${name}`);
    let hasEnded = false;
    const ended = untilEnded(executionArn).then(() => {
      hasEnded = true;
    });
    await sfn.call('StartExecution', { stateMachineArn, name, input });
    const stage = { id: recorded.id, sfn, service, executionArn, hasEnded: () => hasEnded };
    const queues = Object.keys(sqs).map((queue) => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${queue}`);
    const actors = (recorded.externalActions ?? []).map((each) => act(stage, each, Object.values(activities), queues));
    await Promise.all([ended, ...actors]);
    const described = await sfn.call('DescribeExecution', { executionArn });
    const history = await historyOf(sfn, executionArn);
    return { ...(described as unknown as Ran), events: history.map(({ type }) => type), history };
  } finally {
    await close();
  }
};

export interface RecordedRequest {
  readonly kind: string;
  readonly requires?: readonly string[];
  readonly mocks?: RecordedCase['mocks'];
  readonly request: Shape;
}

/** The answer to a recorded TestState or ValidateStateMachineDefinition. */
export const ask = async ({ kind, requires = [], mocks = {}, request }: RecordedRequest): Promise<Shape> => {
  const { sfn, close } = await engineFor({ id: '', stateMachineType: '', definition: null, requires, mocks });
  try {
    const operation = kind === 'testState' ? 'TestState' : 'ValidateStateMachineDefinition';
    return await sfn.call(operation, { ...request, definition: JSON.stringify(request.definition) });
  } finally {
    await close();
  }
};

/** What `run.mjs --adapter` loads. */
export const create = () => ({ name: 'heddle local engine', run, close: async () => undefined });
