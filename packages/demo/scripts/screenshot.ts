import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from '../../../test/demo/chromium.js';
import { readArgs } from '../src/args.js';
import { startDemo } from '../src/demo.js';

const FILE = fileURLToPath(new URL('../../../docs/demo.png', import.meta.url));

const executablePath = findChromium();
if (executablePath === undefined) throw new Error('no Chromium is on PATH');
const demo = await startDemo(readArgs(['--port', '0']), {});
const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGS] });
const page = await browser.newPage({ viewport: { width: 900, height: 600 }, deviceScaleFactor: 2 });
await page.goto(demo.url);
await page.getByRole('link', { name: 'Log in with AIHubMix' }).click();
await page.getByRole('button', { name: 'Continue as ada' }).click();
await page.getByText('750.00').waitFor();
await mkdir(new URL('.', `file://${FILE}`), { recursive: true });
const card = await page.locator('.card').boundingBox();
// As much room below the card as above: the rest is kept free for messages.
const height = card === null ? 600 : 2 * card.y + card.height;
await page.screenshot({ path: FILE, clip: { x: 0, y: 0, width: 900, height } });
await browser.close();
await demo.close();
process.stdout.write(`${FILE}\n`);
