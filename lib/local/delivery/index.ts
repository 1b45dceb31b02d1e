export type { DeadLetter, Delivery } from './delivery.ts';
export { type DeliveryQueue, deliveryQueue, type OnGivenUp, type Pace } from './delivery-queue.ts';
export type { Failure } from './failure.ts';
export { queueUrlOf } from './queue-url.ts';
