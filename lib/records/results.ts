// What a map gave, listed in S3: an index that names the objects in which the outcomes are, so that no list of them is ever held.

/** Where the index is, and how many items completed and failed. */
export interface MapResults {
  readonly bucket: string;
  readonly key: string;
  readonly count: number;
  readonly failed: number;
}

/** A line of the index, in JSON: an object that holds the outcomes of some of the map's batches, a list of ItemResult. They are in order. */
export interface ResultsPart {
  readonly key: string;
  /** Items in it. */
  readonly completed: number;
  readonly failed: number;
}
