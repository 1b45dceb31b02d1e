/** Whether a value was nested so deeply that what walks through it ran out of stack. */
export const isTooDeep = (thrown: unknown): boolean =>
  thrown instanceof RangeError && thrown.message.includes('call stack');
