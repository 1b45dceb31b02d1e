// The order of test files: the longest first, so that no worker is left alone with one at the end. Jest knows how long each took the
// last time; a fresh clone does not, and begins with the folders that hold the long ones.
import Sequencer from '@jest/test-sequencer';

const longFolders = ['test/e2e', 'test/verify', 'test/operators/storm', 'test/asl', 'test/faults', 'test/constructs'];

const rank = ({ path, duration }) => {
  if (duration !== undefined) return -duration;
  const at = longFolders.findIndex((folder) => path.includes(folder));
  return at < 0 ? 0 : at - longFolders.length;
};

export default class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((a, b) => rank(a) - rank(b));
  }
}
