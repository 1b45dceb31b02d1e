// A stream of this process as a place to write to.
import type { Outlet } from './setting.ts';

/**
 * A reader that leaves early (`heddle runs --json | head -1`) is no mistake of the command's: what it would still have read
 * is dropped, the work goes on, and the exit code stays true.
 */
export const outletOf = (stream: NodeJS.WriteStream): Outlet => {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  return {
    isTerminal: stream.isTTY === true,
    // A terminal that does not know its size says 0. It may be resized while a run is followed.
    get width() {
      return stream.columns || 120;
    },
    get height() {
      return stream.rows || 40;
    },
    write: (text) => {
      stream.write(text);
    },
  };
};
