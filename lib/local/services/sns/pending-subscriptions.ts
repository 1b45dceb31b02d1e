import { isShape } from '../../field-reader.ts';
import type { Service } from '../../service.ts';

/** The subscriptions that are recorded and never delivered to, since they would leave this machine: one line each. */
export const pendingSubscriptions = async (sns: Service): Promise<readonly string[]> => {
  const pending: string[] = [];
  let token: unknown;
  do {
    const { Subscriptions, NextToken } = await sns.call('ListSubscriptions', { NextToken: token });
    for (const one of Array.isArray(Subscriptions) ? Subscriptions.filter(isShape) : [])
      if (one.SubscriptionArn === 'PendingConfirmation')
        pending.push(`${one.TopicArn}: ${one.Protocol} to ${one.Endpoint} is recorded, not delivered`);
    token = NextToken;
  } while (token !== undefined);
  return pending;
};
