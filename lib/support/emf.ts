// Metrics as a line of the log, in CloudWatch's Embedded Metric Format: CloudWatch makes metrics of it, whoever writes it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

export type MetricUnit = 'Count' | 'Milliseconds' | 'Megabytes' | 'None';

/** One without a value is left out. */
export type Metric = readonly [name: string, unit: MetricUnit, value: number | undefined];

const namespace = 'Heddle';

/** `fields` are of the line alone, for Logs Insights: a metric costs by the month, whoever looks at it. */
export const emfLine = (
  dimensions: { readonly [name: string]: string },
  metrics: readonly Metric[],
  fields: { readonly [name: string]: unknown } = {},
  timestamp = Date.now(),
): string => {
  const given = metrics.filter(([, , value]) => value !== undefined);
  const Metrics = given.map(([Name, Unit]) => ({ Name, Unit }));
  const CloudWatchMetrics = [{ Namespace: namespace, Dimensions: [Object.keys(dimensions)], Metrics }];
  const values = Object.fromEntries(given.map(([name, , value]) => [name, value]));
  return JSON.stringify({ _aws: { Timestamp: timestamp, CloudWatchMetrics }, ...fields, ...dimensions, ...values });
};

/** Not with console.log, to which Lambda adds the time and the request, or which it wraps in JSON. */
export const writeMetrics = (...line: Parameters<typeof emfLine>): void => {
  process.stdout.write(`${emfLine(...line)}\n`);
};
