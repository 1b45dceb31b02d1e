import { isShape } from '../../field-reader.ts';
import type { Service } from '../../service.ts';

/** The subscriptions that are recorded and never delivered to, since they would leave this machine: one line each. */
export const pendingSubscriptions = async (sns: Service): Promise<readonly string[]> => {
  const { Subscriptions } = await sns.call('ListSubscriptions', {});
  return (Array.isArray(Subscriptions) ? Subscriptions.filter(isShape) : [])
    .filter(({ SubscriptionArn }) => SubscriptionArn === 'PendingConfirmation')
    .map(({ Protocol, Endpoint, TopicArn }) => `${TopicArn}: ${Protocol} to ${Endpoint} is recorded, not delivered`);
};
