// Keys of objects of which a part names the partition: `drops/{day}/{source}/*`.
import { dimensionsOf, joined, type PartitionSpec, sliceFields, sliceOf } from './partitions/index.ts';

/** The partition that a key is of: what stands in the place of `{partition}`, or of each dimension's name; undefined for another form of key. */
export const partitionIn = (template: string, key: string, spec: PartitionSpec | undefined): string | undefined => {
  const pattern = template
    .split(/(\{\w+\}|\*)/)
    .map((part) => {
      if (part === '*') return '.*';
      const [, name] = /^\{(\w+)\}$/.exec(part) ?? [];
      return name ? `(?<${name}>[^/]+)` : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
    })
    .join('');
  const found = new RegExp(`^${pattern}$`).exec(key)?.groups;
  if (!found) return undefined;
  const names = found.partition === undefined && spec ? dimensionsOf(spec).map(({ name }) => name) : [];
  return found.partition ?? joined(names.map((name) => found[name] ?? ''));
};

/** What the keys of a partition begin with. */
export const prefixFor = (template: string, partition: string, spec: PartitionSpec | undefined): string => {
  const fields = { ...sliceFields(spec ? sliceOf(spec, partition) : { key: partition }), partition };
  const [first = ''] = template.split('*');
  return first.replaceAll(/\{(\w+)\}/g, (whole, name: string) => (fields as { [name: string]: string })[name] ?? whole);
};
