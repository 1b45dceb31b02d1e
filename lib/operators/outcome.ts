/** What became of a start message. */
export type Outcome =
  | { readonly kind: 'started'; readonly run: string }
  | { readonly kind: 'duplicate'; readonly run: string }
  | { readonly kind: 'notStarted'; readonly reason: string };
