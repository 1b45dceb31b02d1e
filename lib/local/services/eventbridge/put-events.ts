import { isShape } from '../../field-reader.ts';
import { AwsError, type EngineContext, type Shape } from '../../service.ts';
import type { Buses } from './buses.ts';
import { envelope } from './event.ts';
import type { Routed } from './router.ts';
import { read } from './rule.ts';

const MOST_ENTRIES = 10;
const LARGEST_REQUEST_BYTES = 1024 * 1024;

const required = (entry: Shape, field: string): string => {
  const value = read.optionalText(entry, field);
  if (!value)
    throw new AwsError('InvalidArgument', `Parameter ${field} is not valid. Reason: ${field} is a required argument.`);
  return value;
};

const detailOf = (entry: Shape): Shape => {
  const text = required(entry, 'Detail');
  let detail: unknown;
  try {
    detail = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (!isShape(detail)) throw new AwsError('MalformedDetail', 'Detail is malformed.');
  return detail;
};

const routedOf = (context: EngineContext, buses: Buses, entry: Shape): Routed => {
  const source = required(entry, 'Source');
  const event = {
    source,
    'detail-type': required(entry, 'DetailType'),
    resources: read.texts(entry, 'Resources'),
    detail: detailOf(entry),
  };
  if (source.startsWith('aws.'))
    throw new AwsError('NotAuthorizedForSourceException', 'Not authorized for the source.');
  const bus = buses.bus(read.optionalText(entry, 'EventBusName')).name;
  return { bus, event: envelope(context, event, read.optionalTime(entry, 'Time')) };
};

const check = (entries: readonly Shape[]): void => {
  const length = `length less than or equal to ${MOST_ENTRIES}`;
  if (entries.length === 0 || entries.length > MOST_ENTRIES)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have ${entries.length === 0 ? 'length greater than or equal to 1' : length}`,
    );
  if (Buffer.byteLength(JSON.stringify(entries)) > LARGEST_REQUEST_BYTES)
    throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
};

/** PutEvents: each entry succeeds or fails for itself; `route` gets the good ones. */
export const putEvents = (
  context: EngineContext,
  buses: Buses,
  route: (events: readonly Routed[]) => void,
  input: Shape,
): Shape => {
  const entries = read.shapes(input, 'Entries');
  check(entries);
  const good: Routed[] = [];
  const results = entries.map((entry) => {
    try {
      const routed = routedOf(context, buses, entry);
      good.push(routed);
      return { EventId: routed.event.id };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { ErrorCode: error.code, ErrorMessage: error.message };
    }
  });
  route(good);
  return { FailedEntryCount: entries.length - good.length, Entries: results };
};
