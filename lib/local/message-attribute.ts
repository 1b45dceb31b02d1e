// What SQS and SNS ask of the attributes of a message alike: what a topic took, its queues must take.

/** Letters, digits, `_`, `-`, and single dots inside; AWS has the names of its own. */
const NAME = /^(?!aws\.|amazon\.)(?!.*\.\.)[\w-](?:[\w.-]{0,254}[\w-])?$/i;

export const isAttributeName = (name: string): boolean => NAME.test(name);

/** Whether an attribute that is said to be a number holds something else. */
export const isNoNumber = (dataType: unknown, value: unknown): boolean =>
  typeof dataType === 'string' &&
  /^Number(?:\.|$)/.test(dataType) &&
  typeof value === 'string' &&
  Number.isNaN(Number(value));
