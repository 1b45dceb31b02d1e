// Code that is not told by a package.json of its own what its `.js` files are. On AWS nothing is around it, so Node asks the file: CommonJS,
// unless it is written as an ES module. Here a package.json of the project around it (`"type": "module"`) must not answer instead.
import { sep } from 'node:path';
import { pathToFileURL } from 'node:url';

const { readFileSync, realpathSync } = process.getBuiltinModule('node:fs');
const { createRequire, findPackageJSON } = process.getBuiltinModule('node:module');

/** @param {string} file @param {string} directory */
const isIn = (file, directory) => file.startsWith(directory + sep);

/** Whether a package.json outside of `directory` makes an ES module of `file`. @param {string} file @param {string} directory */
const isToldFromOutside = (file, directory) => {
  if (!file.endsWith('.js')) return false;
  const told = findPackageJSON(pathToFileURL(file).href);
  return told !== undefined && !isIn(told, directory) && JSON.parse(readFileSync(told, 'utf8')).type === 'module';
};

const OF_ES_MODULES =
  /import statement outside|Unexpected token 'export'|'import\.meta' outside|await is only valid|Identifier '(?:exports|require|module|__filename|__dirname)' has already/;
const OF_COMMON_JS = ['exports', 'require', 'module', '__filename', '__dirname'];

/** @param {string} source */
const isWrittenAsCommonJs = (source) => {
  try {
    process.getBuiltinModule('node:vm').compileFunction(source.replace(/^#!.*/, ''), OF_COMMON_JS);
    return true;
  } catch (error) {
    return !(error instanceof SyntaxError && OF_ES_MODULES.test(error.message));
  }
};

/** Folders of such code. @type {Set<string>} */
const folders = new Set();

/** Node asks the package.json when it loads a `.js` file, and nothing asks us first: this is where it loads one. */
const compileAsCommonJs = () => {
  const { extensions } = createRequire(import.meta.url);
  const own = extensions['.js'];
  extensions['.js'] = (module, file) => {
    const directory = [...folders].find((folder) => isIn(file, folder));
    if (directory === undefined || !isToldFromOutside(file, directory)) return own(module, file);
    const source = readFileSync(file, 'utf8');
    if (!isWrittenAsCommonJs(source)) return own(module, file);
    return Reflect.get(module, '_compile').call(module, source, file, 'commonjs');
  };
};

/**
 * What `path`, of the code in `folder`, exports where it is CommonJS on AWS and would not be here; else undefined.
 * @param {string} path @param {string} folder @returns {Record<string, unknown> | undefined}
 */
export const commonJsOf = (path, folder) => {
  const [file, directory] = [realpathSync(path), realpathSync(folder)]; // as Node names what it loads
  if (!isIn(file, directory) || !isToldFromOutside(file, directory)) return undefined;
  if (!isWrittenAsCommonJs(readFileSync(file, 'utf8'))) return undefined;
  if (folders.size === 0) compileAsCommonJs();
  folders.add(directory);
  return createRequire(file)(file);
};
