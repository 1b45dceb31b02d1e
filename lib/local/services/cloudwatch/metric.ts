import { fieldReader } from '../../field-reader.ts';
import type { Shape } from '../../service.ts';

export const read = fieldReader('InvalidParameterValue');

export type Dimension = { readonly Name: string; readonly Value: string };

/** What names a time series. Dimensions are sorted by name. */
export type Metric = {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: readonly Dimension[];
};

/** Dimensions in one order, so that the same ones compare equal as text. */
export const dimensionsOf = (input: Shape): readonly Dimension[] =>
  read
    .shapes(input, 'Dimensions')
    .map((each) => ({ Name: read.text(each, 'Name'), Value: read.text(each, 'Value') }))
    .sort((a, b) => (a.Name < b.Name ? -1 : 1));

/** A metric as ListMetrics and alarms spell it. */
export const metricOf = (input: Shape): Metric => ({
  namespace: read.text(input, 'Namespace'),
  name: read.text(input, 'MetricName'),
  dimensions: dimensionsOf(input),
});

/** One text for one series. */
export const metricKey = ({ namespace, name, dimensions }: Metric): string =>
  JSON.stringify([namespace, name, ...dimensions.flatMap(({ Name, Value }) => [Name, Value])]);

export const metricShape = ({ namespace, name, dimensions }: Metric): Shape => ({
  Namespace: namespace,
  MetricName: name,
  Dimensions: dimensions,
});
