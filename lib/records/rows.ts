// Rows in S3 that a map could not read.
/** The rows of a map, as its state read them; `items` of the call is their key. */
export interface RowsFacts {
  readonly bucket: string;
  readonly format: string;
  /** The key is what those of many objects begin with. */
  readonly under?: 'prefix';
  /** The bucket for a copy in which rows that are no JSON are marked; and whether this is that copy already. */
  readonly mendIn?: string;
  readonly mended?: boolean;
}

/** What stands for a row of a file that is no JSON, in a copy of the file. The text is cut. */
export interface MalformedRow {
  readonly 'heddle:malformed': {
    readonly line: number;
    readonly problem: string;
    readonly text: string;
    /** The key of the file, of one among several. */
    readonly object?: string;
  };
}

/** Where such a copy is; of several files, what the keys of the copies begin with. */
export interface MendedRows {
  readonly bucket: string;
  readonly key: string;
}
