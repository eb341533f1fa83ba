import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startChrome } from '../test/examples/chrome.ts';
import { ReportFolder, ReportPage, writeReport } from '../test/report/html/report-page.ts';
import { SweepRun } from '../test/support/sweep-run.ts';

// Draws the pictures of report.html in docs/. They show a made-up sweep, so that they are the same each time.

const FORM = `data:text/html,<style>body{font:16px sans-serif;display:grid;place-items:center;height:90vh}form{display:grid;gap:12px;padding:32px;border:1px solid %23ccc;border-radius:8px}
input{padding:8px}</style><form><b>Sign in</b><input placeholder="name"><input type="password" placeholder="password"><button>Go</button></form>`;

using folder = new ReportFolder();
await using chrome = await startChrome();
const { driver } = chrome;
const run = new SweepRun({
  siteCount: 1000,
  checkCount: 20,
  failingCount: 60,
  faultCount: 6,
  slotCount: 8,
  knownCause: 'site',
});
const page = new ReportPage(driver, await writeReport(folder.path, run.events));
await page.device(1100);
await driver.get(FORM);
const form = await driver.takeScreenshot();
for (const event of run.events) {
  if (event.type !== 'attempt-ended') continue;
  for (const { path } of event.attempt.checks.flatMap(({ attachments }) => attachments ?? [])) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), form, 'base64');
  }
}

await page.open();
await draw('report-sites');
await page.evaluate('document.querySelector(".filters").scrollIntoView()');
await page.until('document.querySelectorAll(".matrix th.site").length > 20');
await draw('report-matrix');
await page.open('#/groups');
await draw('report-causes');
await page.open('#/timeline');
await draw('report-timeline');
await page.open(`#/site/${run.sites[15]?.id}`);
await page.evaluate('document.querySelector(".attachments img").scrollIntoView({ block: "end" })');
await page.until('document.querySelector(".attachments img").naturalWidth > 0');
await draw('report-site');
await page.device(1100, 'dark');
await page.open('#/?gate=new');
await draw('report-dark');
await page.device(360);
await page.open('#/?verdict=failed');
await page.evaluate('document.querySelector(".shown").scrollIntoView()');
await draw('report-phone');

async function draw(name: string): Promise<void> {
  const path = `docs/${name}.png`;
  const picture = Buffer.from(await driver.takeScreenshot(), 'base64');
  writeFileSync(path, picture);
  console.log(`${path}: ${(picture.length / 1024).toFixed(0)} KB`);
}
