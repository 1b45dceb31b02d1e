// The Jest transform: one esbuild call a file, types stripped, ES modules kept, inline source maps for stack traces.
import { transformSync } from 'esbuild';

export default {
  process(source, sourcefile) {
    const { code } = transformSync(source, {
      loader: 'ts',
      format: 'esm',
      target: 'node24',
      sourcemap: 'inline',
      sourcefile,
    });
    return { code };
  },
};
