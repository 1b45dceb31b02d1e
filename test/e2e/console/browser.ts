// A real Chromium, from npm: the one of @sparticuz/chromium where it runs (Linux on x64), else the one that CHROMIUM_PATH names.
import { existsSync } from 'node:fs';
import chromium from '@sparticuz/chromium';
import { type Browser, chromium as playwright } from 'playwright-core';

const executable = async (): Promise<string> => {
  const { CHROMIUM_PATH: own } = process.env;
  if (own !== undefined && existsSync(own)) return own;
  if (process.platform === 'linux' && process.arch === 'x64') return chromium.executablePath();
  throw new Error(
    `the tests of the console need Chromium, and npm has none for ${process.platform} ${process.arch}; expected CHROMIUM_PATH to name one. Fix: install Chrome or Chromium and set CHROMIUM_PATH`,
  );
};

/** Its own security is left on: the console's rules are tested with it. The sandbox is off, as containers have none to give. */
export const openBrowser = async (): Promise<Browser> =>
  playwright.launch({
    executablePath: await executable(),
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none'],
  });
