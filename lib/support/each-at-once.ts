/**
 * Works on some of a list at once, in their order, until one of them says that it is enough, or fails. What was begun by then comes to
 * its end first.
 */
export const eachAtOnce = async <T>(
  list: readonly T[],
  atOnce: number,
  work: (one: T, place: number) => Promise<'enough' | undefined>,
): Promise<void> => {
  const left = list.entries();
  let isEnough = false;
  const worker = async (): Promise<void> => {
    for (const [place, one] of left) {
      try {
        if ((await work(one, place)) === 'enough') isEnough = true;
      } catch (error) {
        isEnough = true;
        throw error;
      }
      if (isEnough) return;
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(atOnce, list.length) }, worker));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
};
