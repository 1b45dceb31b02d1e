import { getHeapStatistics } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

const megabyte = 1_048_576;

/**
 * Megabytes that the sandbox has used: on AWS the most that its process ever had, as Lambda's own reports say; in the local engine, where
 * it is a thread of one, its own heap.
 */
export const usedMb = (): number => {
  if (isMainThread) return Math.ceil(process.resourceUsage().maxRSS / 1_024); // in kilobytes
  const { total_heap_size: heap, external_memory: external } = getHeapStatistics();
  return Math.ceil((heap + external) / megabyte);
};
