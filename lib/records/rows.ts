// Rows in S3 that a map could not read.
/** Of a row; and of all that are handed on in one call, so that with what goes along they stay below the 256 KiB of a state's input. */
export const mostRowBytes = 180_000;

/** The rows of a map, as its state read them; `items` of the call is their key. */
export interface RowsFacts {
  readonly bucket: string;
  readonly format: string;
  /** The key is what those of many objects begin with. */
  readonly under?: 'prefix';
  /** The bucket for a copy in which lines that can be no rows are marked; and whether this is that copy already. */
  readonly mendIn?: string;
  readonly mended?: boolean;
  /** Whoever looked through them ran out of time or memory. */
  readonly unread?: true;
}

/** What stands for a line of a file that can be no row, in a copy of the file. The text is cut. */
export interface MalformedRow {
  readonly 'heddle:malformed': {
    readonly line: number;
    /** @default 'no JSON' */
    readonly is?: 'no JSON' | 'too large';
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

/** The copies that maps of a run's earlier executions worked on, by stage: this one reads them too. */
export type MendedMaps = { readonly [stage: string]: MendedRows };
