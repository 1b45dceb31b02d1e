// Resources that an earlier template made and this one does not have any more.
import { AwsError, type EngineContext } from '../service.ts';
import { storedMap } from '../stored-map.ts';
import type { ProvisionedStack, StackResource } from './provision.ts';
import { HANDLERS } from './resources/index.ts';

const MISSING = /NotFound|DoesNotExist|NonExistent|NoSuch/;

const remove = async (gone: StackResource, context: EngineContext): Promise<void> => {
  try {
    await HANDLERS[gone.type]?.remove?.(gone, context);
  } catch (error) {
    if (!(error instanceof AwsError && MISSING.test(error.code))) throw error; // removed by hand before
  }
};

/**
 * Removes what left the given stacks since they were loaded last, and remembers what they have now. Tables, buckets,
 * queues and log groups stay, with what is in them, and so does what has the DeletionPolicy Retain. Stacks that are not given are not looked at.
 */
export const removeGone = async (stacks: readonly ProvisionedStack[], context: EngineContext): Promise<void> => {
  const records = storedMap<StackResource>(context.database, 'template_resources');
  const keyOf = ({ stack, type, physicalId }: StackResource): string => `${stack} ${type} ${physicalId}`;
  const present = new Map(stacks.flatMap(({ resources }) => resources).map((resource) => [keyOf(resource), resource]));
  const loaded = new Set(stacks.map(({ name }) => name));
  for (const record of [...records.values()].reverse()) {
    if (!loaded.has(record.stack) || present.has(keyOf(record))) continue;
    if (!record.isRetained) await remove(record, context);
    records.delete(keyOf(record));
  }
  for (const [key, resource] of present)
    if (JSON.stringify(records.get(key)) !== JSON.stringify(resource)) records.set(key, resource);
};
