import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChrome } from '../test/examples/chrome.ts';
import { ReportPage, writeReport } from '../test/report/html/report-page.ts';
import { SweepRun } from '../test/support/sweep-run.ts';

// Measures how fast report.html opens and filters in a real Chromium and prints a Markdown table. The targets for 1,000
// sites × 10 checks with 60 failures from 6 faults: open in 2 s, filter in 100 ms. Run `node bench/report.ts`.

const SHAPES = [
  { siteCount: 1000, checkCount: 10, failingCount: 60, faultCount: 6, slotCount: 8 },
  { siteCount: 1000, checkCount: 20, failingCount: 60, faultCount: 6, slotCount: 8 },
  { siteCount: 10_000, checkCount: 20, failingCount: 600, faultCount: 6, slotCount: 50 },
];
const REPEATS = 5;

/** Measures from the start of the navigation until the first row is painted. */
const OPENED = `
  const done = arguments[arguments.length - 1];
  const look = () => document.querySelector('.matrix tbody td') === null ? setTimeout(look, 5) : requestAnimationFrame(() => setTimeout(() => done(performance.now())));
  look();`;

/** Measures from a change of the search text until the result is painted. */
const FILTERED = `
  const [text, done] = [arguments[0], arguments[arguments.length - 1]];
  const field = document.querySelector('input[type=search]');
  const before = performance.now();
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - before)));`;

/** Measures from a link to another screen until that screen is painted. */
const SCREEN = `
  const [hash, wanted, done] = [arguments[0], arguments[1], arguments[arguments.length - 1]];
  const before = performance.now();
  location.hash = hash;
  const look = () => document.querySelector(wanted) === null ? setTimeout(look, 1) : requestAnimationFrame(() => setTimeout(() => done(performance.now() - before)));
  look();`;

const folder = await mkdtemp(join(tmpdir(), 'gridrun-bench-'));
try {
  await using chrome = await startChrome();
  const { driver } = chrome;
  console.log('| sites × checks | file | write | open | filter by text | timeline | back to the sites |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const shape of SHAPES) {
    const run = new SweepRun(shape);
    const writing = performance.now();
    const path = await writeReport(folder, run.events);
    const writeMs = performance.now() - writing;
    const page = new ReportPage(driver, path);
    await page.device(1280);
    const times: Record<'open' | 'filter' | 'timeline' | 'back', number[]> = {
      open: [],
      filter: [],
      timeline: [],
      back: [],
    };
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      await page.open();
      times.open.push(await driver.executeAsyncScript<number>(OPENED));
      for (const text of ['music', 'overlap', 'shop-00'])
        times.filter.push(await driver.executeAsyncScript<number>(FILTERED, text));
      times.timeline.push(await driver.executeAsyncScript<number>(SCREEN, '#/timeline', '.timeline svg path'));
      times.back.push(await driver.executeAsyncScript<number>(SCREEN, '#/', '.matrix tbody td'));
    }
    const { size } = await stat(path);
    const cells = [
      `${shape.siteCount} × ${shape.checkCount}`,
      `${(size / 1024).toFixed(0)} KB`,
      `${writeMs.toFixed(0)} ms`,
      ...Object.values(times).map(medianText),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function medianText(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return `${(sorted[sorted.length >> 1] ?? 0).toFixed(0)} ms (at most ${(sorted.at(-1) ?? 0).toFixed(0)})`;
}
