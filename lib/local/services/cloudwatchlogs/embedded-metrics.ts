// The Embedded Metric Format: a log line that is also metrics.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
import { isShape } from '../../field-reader.ts';
import type { Shape } from '../../service.ts';

/** Input for PutMetricData. */
export type MetricBatch = { readonly Namespace: string; readonly MetricData: readonly Shape[] };

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const documentOf = (line: string): Shape | undefined => {
  if (!line.includes('"CloudWatchMetrics"')) return undefined; // nearly every line: no need to parse it
  try {
    const document: unknown = JSON.parse(line.slice(Math.max(0, line.indexOf('{'))));
    return isShape(document) ? document : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // a line that only mentions the format
    throw error;
  }
};

const dimensionSets = (directive: Shape, document: Shape): readonly (readonly Shape[])[] => {
  const sets = listOf(directive.Dimensions).map((set) =>
    listOf(set)
      .filter((name): name is string => typeof name === 'string' && document[name] !== undefined)
      .map((Name) => ({ Name, Value: String(document[Name]) })),
  );
  return sets.length > 0 ? sets : [[]];
};

const valuesOf = (value: unknown): readonly number[] =>
  (Array.isArray(value) ? value : [value]).filter((each): each is number => Number.isFinite(each));

const dataOf = (directive: Shape, document: Shape, timestampMs: number): readonly Shape[] =>
  listOf(directive.Metrics)
    .filter(isShape)
    .flatMap(({ Name, Unit, StorageResolution }) => {
      const Values = typeof Name === 'string' ? valuesOf(document[Name]) : [];
      if (Values.length === 0) return [];
      return dimensionSets(directive, document).map((Dimensions) => ({
        MetricName: Name,
        Values,
        Dimensions,
        Timestamp: timestampMs / 1000,
        ...(Unit !== undefined && { Unit }),
        ...(StorageResolution !== undefined && { StorageResolution }),
      }));
    });

/** The metrics in a log line; none where it is no EMF document. `timeMs` is for a document without its own time. */
export const embeddedMetrics = (line: string, timeMs: number): readonly MetricBatch[] => {
  const document = documentOf(line);
  const metadata = document?._aws;
  if (!document || !isShape(metadata)) return [];
  const timestamp = typeof metadata.Timestamp === 'number' ? metadata.Timestamp : timeMs;
  return listOf(metadata.CloudWatchMetrics)
    .filter(isShape)
    .flatMap((directive) => {
      const MetricData = dataOf(directive, document, timestamp);
      const { Namespace } = directive;
      return typeof Namespace === 'string' && MetricData.length > 0 ? [{ Namespace, MetricData }] : [];
    });
};
