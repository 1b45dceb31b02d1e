// The services of an engine: loaded when the engine runs them, made when first needed, closed in an order in which none
// needs one that is closed.
import { late } from './late-modules.ts';
import { AwsError, type BusEvent, type EngineContext, type Service, type ServiceId } from './service.ts';
import type { LambdaOptions } from './services/lambda/index.ts';
import type { SfnOptions } from './services/sfn/index.ts';

export interface CompositionOptions {
  /** What the engine runs. The code of the others is not even loaded. @default all */
  readonly services?: readonly ServiceId[];
  readonly lambda?: LambdaOptions;
  readonly sfn?: SfnOptions;
}

/** A service that is loaded: how to make it, and what it does with the engine's events. */
interface Loaded {
  make(context: EngineContext): Service;
  hear?(event: BusEvent): void;
}

type Load = (context: EngineContext, options: CompositionOptions) => Loaded;

const modules = {
  dynamodb: late<typeof import('./services/dynamodb/index.ts')>(import.meta.url, './services/dynamodb/index.ts'),
  s3: late<typeof import('./services/s3/index.ts')>(import.meta.url, './services/s3/index.ts'),
  sqs: late<typeof import('./services/sqs/index.ts')>(import.meta.url, './services/sqs/index.ts'),
  sns: late<typeof import('./services/sns/index.ts')>(import.meta.url, './services/sns/index.ts'),
  eventbridge: late<typeof import('./services/eventbridge/index.ts')>(
    import.meta.url,
    './services/eventbridge/index.ts',
  ),
  scheduler: late<typeof import('./services/scheduler/index.ts')>(import.meta.url, './services/scheduler/index.ts'),
  sfn: late<typeof import('./services/sfn/index.ts')>(import.meta.url, './services/sfn/index.ts'),
  lambda: late<typeof import('./services/lambda/index.ts')>(import.meta.url, './services/lambda/index.ts'),
  cloudwatch: late<typeof import('./services/cloudwatch/index.ts')>(import.meta.url, './services/cloudwatch/index.ts'),
  cloudwatchlogs: late<typeof import('./services/cloudwatchlogs/index.ts')>(
    import.meta.url,
    './services/cloudwatchlogs/index.ts',
  ),
  ssm: late<typeof import('./services/ssm/index.ts')>(import.meta.url, './services/ssm/index.ts'),
  sts: late<typeof import('./services/sts/index.ts')>(import.meta.url, './services/sts/index.ts'),
};

const eventbridge: Load = (context) => {
  const { eventbridgeService } = modules.eventbridge();
  let bus: ReturnType<typeof eventbridgeService> | undefined;
  const one = () => {
    bus ??= eventbridgeService(context);
    return bus;
  };
  return { make: one, hear: (event) => one().accept(event) };
};

const cloudwatch: Load = (context) => {
  const { cloudwatchService, executionMetrics } = modules.cloudwatch();
  return {
    make: cloudwatchService,
    hear: (event) => {
      const metrics = executionMetrics(event);
      if (metrics) void context.service('cloudwatch').call('PutMetricData', metrics); // stored in memory before it returns
    },
  };
};

const lambda: Load = (_context, options) => {
  const { lambdaService } = modules.lambda();
  return {
    make: (context) => {
      const service = lambdaService(context, options.lambda);
      return { ...service, start: async () => service.resume() };
    },
  };
};

const sfn: Load = (_context, options) => {
  const { sfnService } = modules.sfn();
  return { make: (context) => sfnService(context, options.sfn) };
};

/** What starts work closes before what carries it out: executions, for one, before the functions that they call. */
const SERVICES: { readonly [id in ServiceId]: Load } = {
  scheduler: () => ({ make: modules.scheduler().schedulerService }),
  sfn,
  eventbridge,
  sns: () => ({ make: modules.sns().snsService }),
  lambda,
  sqs: () => ({ make: modules.sqs().sqsService }),
  s3: () => ({ make: modules.s3().s3Service }),
  dynamodb: () => ({ make: modules.dynamodb().dynamodbService }),
  ssm: () => ({ make: modules.ssm().ssmService }),
  sts: () => ({ make: modules.sts().stsService }),
  cloudwatch,
  cloudwatchlogs: () => ({ make: modules.cloudwatchlogs().cloudwatchlogsService }),
};

const IDS = Object.keys(SERVICES) as readonly ServiceId[]; // the keys of a record of ServiceId

export interface Composition {
  /** Those made so far, for the server. */
  readonly made: ReadonlyMap<ServiceId, Service>;
  /** Throws ServiceUnavailable for a service that the engine does not run. */
  get(id: ServiceId): Service;
  /** An event of one of the services: to the default bus, and counted where AWS counts it. */
  emit(event: BusEvent): void;
  /** Makes all that are still missing: they answer calls, and do nothing by themselves. */
  makeAll(): void;
  /** Makes all that are still missing and starts each. */
  start(): Promise<void>;
  /** Closes those made, one after the other. A failure of one does not keep the others open; all are thrown at the end. */
  close(): Promise<void>;
}

/** Loads the services; none is made yet. */
export const composeServices = (context: EngineContext, options: CompositionOptions = {}): Composition => {
  const ids = IDS.filter((id) => options.services?.includes(id) ?? true);
  const loaded = new Map(ids.map((id) => [id, SERVICES[id](context, options)] as const));
  const hearers = [...loaded.values()].filter((one) => one.hear);
  const made = new Map<ServiceId, Service>();
  const get = (id: ServiceId): Service => {
    const before = made.get(id);
    if (before) return before;
    const service = loaded.get(id)?.make(context);
    if (!service) throw new AwsError('ServiceUnavailable', `this engine does not run ${id}`, 503);
    made.set(id, service);
    return service;
  };
  const makeAll = (): void => {
    for (const id of ids) get(id);
  };
  return {
    made,
    get,
    emit: (event) => {
      for (const one of hearers) one.hear?.(event);
    },
    makeAll,
    start: async () => {
      makeAll();
      for (const id of ids.toReversed()) await get(id).start?.();
    },
    close: async () => {
      const failures: unknown[] = [];
      for (const id of ids) {
        try {
          await made.get(id)?.close?.();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'services of the local engine did not close');
    },
  };
};
