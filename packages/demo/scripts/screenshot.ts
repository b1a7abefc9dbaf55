import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from '../../../test/support/chromium.js';
import { readArgs } from '../src/args.js';
import { startDemo } from '../src/demo.js';

const FILE = fileURLToPath(new URL('../../../docs/demo.png', import.meta.url));

const executablePath = findChromium();
if (executablePath === undefined) throw new Error('no Chromium is on PATH');
const demo = await startDemo(readArgs(['--port', '0']), {});
const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
const page = await browser.newPage({
  viewport: { width: 900, height: 640 },
  deviceScaleFactor: 2,
  locale: 'en-US',
});
await page.goto(demo.url);
const popup = page.waitForEvent('popup');
await page.getByRole('button', { name: 'Log in with AIHubMix' }).click();
await (await popup).getByRole('button', { name: 'Continue as ada' }).click();
await page.getByText('750.00').waitFor();
await page.locator('aihubmix-account [aria-busy=false]').waitFor();
await page.mouse.move(0, 0);
// The popup left the focus on the box; a ring around it would look like a part of the page.
await page.evaluate('document.activeElement?.blur()');
await mkdir(new URL('.', `file://${FILE}`), { recursive: true });
await page.screenshot({ path: FILE, animations: 'disabled' });
await browser.close();
await demo.close();
process.stdout.write(`${FILE}\n`);
