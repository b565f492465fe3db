import { existsSync } from 'node:fs';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../support/same-bits.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

describe('numeric core', () => {
  it('computes the same bits in Node and in Chromium', async () => {
    expect(existsSync(CHROMIUM), `missing: Chromium at ${CHROMIUM} (Debian: apt-get install chromium)`).toBe(true);
    const bundle = await build({
      stdin: {
        contents: "import { fingerprint } from './tests/support/same-bits.ts'; globalThis.fingerprint = fingerprint;",
        resolveDir: process.cwd(),
      },
      bundle: true,
      format: 'iife',
      write: false,
    });
    const browser = await chromium.launch({ executablePath: CHROMIUM, headless: true, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      await page.addScriptTag({ content: bundle.outputFiles[0]!.text });
      const theirs = await page.evaluate('fingerprint()');
      const ours = fingerprint();
      expect(Object.keys(ours).length).toBe(16);
      expect(theirs).toEqual(ours);
    } finally {
      await browser.close();
    }
  });
});
