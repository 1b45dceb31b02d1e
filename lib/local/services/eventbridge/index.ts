import { deliveryQueue } from '../../delivery/index.ts';
import { callFrom } from '../../operation-table.ts';
import type { BusEvent, EngineContext, Service } from '../../service.ts';
import { apiDestinations } from './api-destinations.ts';
import { busOperations } from './bus-operations.ts';
import { openBuses } from './buses.ts';
import { envelope } from './event.ts';
import { lostDelivery } from './lost-delivery.ts';
import { putEvents } from './put-events.ts';
import { router } from './router.ts';
import { ruleOperations } from './rule-operations.ts';
import { ruleSchedules } from './schedules.ts';
import { targetOperations } from './target-operations.ts';

export { farDestinations } from './api-destinations.ts';

/** EventBridge, and the way in for events of the engine's own services. */
export interface EventBridge extends Service {
  /** Puts an event of an AWS service on the default bus. Its deliveries are stored when this returns. */
  accept(event: BusEvent): void;
  /** Starts rule schedules and takes up stored deliveries. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export const eventbridgeService = (context: EngineContext): EventBridge => {
  const buses = openBuses(context);
  const destinations = apiDestinations(context);
  const queue = deliveryQueue(context, 'eventbridge', lostDelivery(context), destinations.pace);
  const routes = router(context, buses, queue);
  const schedules = ruleSchedules(context, buses, routes);
  return {
    id: 'eventbridge',
    call: callFrom('eventbridge', {
      ...busOperations(context, buses),
      ...ruleOperations(context, buses, schedules),
      ...targetOperations(buses),
      ...destinations.operations,
      PutEvents: (input) => putEvents(context, buses, routes.route, input),
    }),
    accept: (event) => routes.route([{ bus: 'default', event: envelope(context, event) }]),
    start: async () => {
      queue.recover();
      schedules.start();
    },
    close: async () => {
      schedules.close();
      await queue.close();
    },
  };
};
