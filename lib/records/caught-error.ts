/** What a Lambda's error looks like in `Cause`. Anything else is the cause as it is. */
export const readCause = (cause: string | undefined): string => {
  if (!cause) return 'no cause was given';
  try {
    const { errorMessage } = JSON.parse(cause);
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
};
