import { AwsError, type Shape } from '../service.ts';

/** Creates; where AWS says `exists` by that error, updates. */
export const createOrUpdate = async (
  exists: string,
  create: () => Promise<Shape>,
  update: () => Promise<Shape>,
): Promise<Shape> => {
  try {
    return await create();
  } catch (error) {
    if (error instanceof AwsError && error.code === exists) return update();
    throw error;
  }
};
