// Metrics as a line of the log, in CloudWatch's Embedded Metric Format: CloudWatch makes metrics of it, whoever writes it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html

export type MetricUnit = 'Count' | 'Milliseconds' | 'Megabytes' | 'None';

/** One without a value is left out. Its name is a plain word. */
export type Metric = readonly [name: string, unit: MetricUnit, value: number | undefined];

const namespace = 'Heddle';

/** `fields` are of the line alone, for Logs Insights: a metric costs by the month, whoever looks at it. */
export const emfLine = (
  dimensions: { readonly [name: string]: string },
  metrics: readonly Metric[],
  fields: { readonly [name: string]: unknown } = {},
  timestamp = Date.now(),
): string => {
  // Written by hand: as objects it would be twenty of them for each attempt.
  let directory = '';
  let values = '';
  for (const [name, unit, value] of metrics) {
    if (value === undefined) continue;
    directory += `${directory && ','}{"Name":"${name}","Unit":"${unit}"}`;
    values += `,"${name}":${Number.isFinite(value) ? value : null}`;
  }
  const told = `[{"Namespace":"${namespace}","Dimensions":[${JSON.stringify(Object.keys(dimensions))}],"Metrics":[${directory}]}]`;
  const facts = JSON.stringify({ ...fields, ...dimensions }).slice(1, -1);
  return `{"_aws":{"Timestamp":${timestamp},"CloudWatchMetrics":${told}},${facts}${values}}`;
};

/** Not with console.log, to which Lambda adds the time and the request, or which it wraps in JSON. */
export const writeMetrics = (...line: Parameters<typeof emfLine>): void => {
  process.stdout.write(`${emfLine(...line)}\n`);
};
