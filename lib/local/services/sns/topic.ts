import { fieldReader } from '../../field-reader.ts';
import { asked, type PageAsked } from '../../page.ts';
import { AwsError, type Shape } from '../../service.ts';

export const read = fieldReader('InvalidParameter');

/** The page that a list of SNS is asked for: AWS alone decides how long it is. */
export const pageAsked = (input: Shape): PageAsked =>
  asked(input, { token: 'NextToken', most: 100, error: 'InvalidParameter' });

export type Attributes = { readonly [name: string]: string };

export type Topic = {
  readonly arn: string;
  readonly name: string;
  readonly fifo: boolean;
  readonly attributes: Attributes;
};

export type Subscription = {
  readonly arn: string;
  readonly topicArn: string;
  readonly protocol: string;
  readonly endpoint: string;
  /** False: recorded, never delivered to (http, email and the like leave this machine). */
  readonly confirmed: boolean;
  readonly attributes: Attributes;
};

/** The error for a topic or subscription that is not there. */
export const notFound = (what: 'Topic' | 'Subscription'): AwsError =>
  new AwsError('NotFound', `${what} does not exist`, 404);

export const invalid = (reason: string): AwsError => new AwsError('InvalidParameter', `Invalid parameter: ${reason}`);
