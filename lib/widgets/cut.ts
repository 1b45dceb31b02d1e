/** A cause may have 32 KB, and a widget is to have less than 100: as much of it as a person reads. Its buttons mean all that begin so. */
const longest = 2_000;

export const cutCause = (cause: string): string => (cause.length <= longest ? cause : `${cause.slice(0, longest)}…`);

/** What has a cause, or none, with as much of it. */
export const withCut = <T extends { readonly cause?: string }>(of: T): T =>
  of.cause === undefined ? of : { ...of, cause: cutCause(of.cause) };
