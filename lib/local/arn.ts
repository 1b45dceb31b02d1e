/** The parts of an Amazon Resource Name: `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`. */
export type Arn = {
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** All that follows the account, colons and slashes included. */
  readonly resource: string;
};

/** The parts of `arn`, or undefined where it is not an ARN. */
export const parseArn = (arn: string): Arn | undefined => {
  const [prefix, partition, service, region, account, ...resource] = arn.split(':');
  if (prefix !== 'arn' || !partition || !service || resource.length === 0) return undefined;
  return { service, region: region ?? '', account: account ?? '', resource: resource.join(':') };
};

/** The ARN of a resource of this engine. */
export const arnOf = (
  place: { readonly region: string; readonly account: string },
  service: string,
  resource: string,
): string => `arn:aws:${service}:${place.region}:${place.account}:${resource}`;
