/** A partition of a pipeline. */
export interface Place {
  readonly pipeline: string;
  readonly partition: string;
}

export const nameOf = ({ pipeline, partition }: Place): string => `${pipeline} ${partition}`;
