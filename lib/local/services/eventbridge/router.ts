import { parseArn } from '../../arn.ts';
import type { Delivery, DeliveryQueue } from '../../delivery/index.ts';
import type { EngineContext } from '../../service.ts';
import { isApiDestination } from './api-destinations.ts';
import { type Buses, ruleKey } from './buses.ts';
import type { Envelope } from './event.ts';
import type { Rule } from './rule.ts';
import { targetDelivery } from './target-delivery.ts';

/** An event and the bus that it goes to. */
export type Routed = { readonly bus: string; readonly event: Envelope };

export interface Router {
  /** Matches the events against the rules of their buses and queues the deliveries, all in one transaction. */
  route(events: readonly Routed[]): void;
  /** Queues the deliveries of one rule, whatever its pattern: for its schedule. */
  fire(rule: Rule, event: Envelope): void;
}

export const router = (context: EngineContext, buses: Buses, queue: DeliveryQueue): Router => {
  /** `passed` holds the buses that the event has been on: a circle of buses delivers once. */
  const deliveriesOf = (rule: Rule, event: Envelope, passed: readonly string[]): readonly Delivery[] =>
    (buses.targets.get(ruleKey(rule)) ?? []).flatMap((target) => {
      const arn = parseArn(target.Arn);
      if (arn?.service !== 'events' || isApiDestination(target.Arn))
        return [targetDelivery(context, rule, target, event)];
      return matched(arn.resource.replace(/^event-bus\//, ''), event, passed);
    });

  const matched = (bus: string, event: Envelope, passed: readonly string[]): readonly Delivery[] =>
    passed.includes(bus)
      ? []
      : buses
          .listeners(bus)
          .filter(({ matches }) => matches(event))
          .flatMap(({ rule }) => deliveriesOf(rule, event, [...passed, bus]));

  const add = (deliveries: readonly Delivery[]): void => {
    if (deliveries.length > 0) queue.add(deliveries);
  };
  return {
    route: (events) => add(events.flatMap(({ bus, event }) => matched(bus, event, []))),
    fire: (rule, event) => add(deliveriesOf(rule, event, [rule.bus])),
  };
};
