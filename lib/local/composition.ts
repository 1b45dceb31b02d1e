// The services of an engine: made when first needed, closed in an order in which none needs one that is closed.
import type { BusEvent, EngineContext, Service, ServiceId } from './service.ts';
import { cloudwatchService, executionMetrics } from './services/cloudwatch/index.ts';
import { cloudwatchlogsService } from './services/cloudwatchlogs/index.ts';
import { dynamodbService } from './services/dynamodb/index.ts';
import { type EventBridge, eventbridgeService } from './services/eventbridge/index.ts';
import { lambdaService } from './services/lambda/index.ts';
import { s3Service } from './services/s3/index.ts';
import { schedulerService } from './services/scheduler/index.ts';
import { sfnService } from './services/sfn/index.ts';
import { snsService } from './services/sns/index.ts';
import { sqsService } from './services/sqs/index.ts';
import { ssmService } from './services/ssm/index.ts';
import { stsService } from './services/sts/index.ts';

type Make = (context: EngineContext) => Service;

const lambda: Make = (context) => {
  const service = lambdaService(context);
  return { ...service, start: async () => service.resume() };
};

/** What starts work closes before what carries it out: executions, for one, before the functions that they call. */
const SERVICES: { readonly [id in ServiceId]: Make } = {
  scheduler: schedulerService,
  sfn: sfnService,
  eventbridge: eventbridgeService,
  sns: snsService,
  lambda,
  sqs: sqsService,
  s3: s3Service,
  dynamodb: dynamodbService,
  ssm: ssmService,
  sts: stsService,
  cloudwatch: cloudwatchService,
  cloudwatchlogs: cloudwatchlogsService,
};

const IDS = Object.keys(SERVICES) as readonly ServiceId[]; // the keys of a record of ServiceId

export interface Composition {
  /** Those made so far, for the server. */
  readonly made: ReadonlyMap<ServiceId, Service>;
  get(id: ServiceId): Service;
  /** An event of one of the services: to the default bus, and counted where AWS counts it. */
  emit(event: BusEvent): void;
  /** Makes all that are still missing and starts each. */
  start(): Promise<void>;
  /** Closes those made, one after the other. A failure of one does not keep the others open; all are thrown at the end. */
  close(): Promise<void>;
}

export const composeServices = (context: EngineContext): Composition => {
  const made = new Map<ServiceId, Service>();
  let bus: EventBridge | undefined;
  const eventbridge = (): EventBridge => {
    bus ??= eventbridgeService(context);
    return bus;
  };
  const get = (id: ServiceId): Service => {
    const found = made.get(id) ?? (id === 'eventbridge' ? eventbridge() : SERVICES[id](context));
    made.set(id, found);
    return found;
  };
  return {
    made,
    get,
    emit: (event) => {
      eventbridge().accept(event);
      const metrics = executionMetrics(event);
      if (metrics) void get('cloudwatch').call('PutMetricData', metrics); // stored in memory before it returns
    },
    start: async () => {
      for (const id of IDS) get(id);
      for (const id of IDS.toReversed()) await get(id).start?.();
    },
    close: async () => {
      const failures: unknown[] = [];
      for (const id of IDS) {
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
