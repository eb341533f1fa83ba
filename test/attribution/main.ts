import { parseArgs } from 'node:util';
import type { SiteResult } from '../../src/results/results-json.ts';
import { brokenBuilds, isBlamed, isRight, wellBuild, type Build } from './builds.ts';
import { NOISE, noisyCorpus, type Noise, type Page } from './noisy-corpus.ts';
import { sweep } from './sweep.ts';

// Sweeps captured login pages with planted noise on real Chrome: first with the same build in both arms, then with builds
// that each break some pages. Prints what each site was judged, and exits 1 if a mark is missed:
// With --record failures, gridrun also tries both builds on what a failed site had sent.
//   npm run test:attribution [-- --pages 64 --innocent 5 --only "crash,hang" --record failures]
const { values } = parseArgs({
  options: {
    pages: { type: 'string', default: '64' },
    innocent: { type: 'string', default: '5' },
    only: { type: 'string' },
    record: { type: 'string', default: 'off' },
  },
});
/** The share of right decisions over all builds. */
const MIN_RIGHT = 0.99;
const well = wellBuild();
const { record } = values;

await using corpus = await noisyCorpus();
const pages = await steadyPages(Number(values.pages));
const noise = new Map(pages.map(({ id }, index): [string, Noise] => [id, NOISE[index % NOISE.length] ?? 'steady']));
let isHeld = true;

for (let round = 1; round <= Number(values.innocent); round++) {
  corpus.plant(noise, round);
  const sites = await sweep(pages, { subject: well, well, record });
  const blamed = sites.filter(isBlamed);
  isHeld &&= blamed.length === 0;
  console.log(`innocent ${round}: ${tally(sites)}; blamed: ${blamed.map(shown).join(', ') || 'none'}`);
}

let right = 0;
let all = 0;
const known = pages.map(({ id }) => ({ id, ...corpus.facts.get(id)! }));
for (const [index, subject] of brokenBuilds(known).entries()) {
  if (values.only !== undefined && !values.only.split(',').includes(subject.name)) continue;
  corpus.plant(noise, 100 + index);
  const sites = await sweep(pages, { subject, well, record });
  const wrong = sites.filter((site) => !isRight(subject, site));
  right += sites.length - wrong.length;
  all += sites.length;
  console.log(
    `${subject.name.padEnd(22)} ${matrixRow(subject, sites)}  wrong: ${wrong.map(shown).join(', ') || 'none'}`,
  );
}
if (all > 0) console.log(`${right} of ${all} decisions are right (${((100 * right) / all).toFixed(1)} %)`);
process.exitCode = isHeld && right >= MIN_RIGHT * all ? 0 : 1;

/** Pages on which the checks pass with the build that breaks nothing, before any noise. */
async function steadyPages(count: number): Promise<Page[]> {
  const sites = await sweep(corpus.pages.slice(0, 2 * count), { subject: well, well, env: { FACTS: '1' } });
  const passed = new Set(sites.filter(({ verdict }) => verdict === 'passed').map(({ id }) => id));
  const found = corpus.pages.filter(({ id }) => passed.has(id) && corpus.facts.has(id)).slice(0, count);
  console.log(`${found.length} pages of ${sites.length} pass without noise`);
  return found;
}

function matrixRow({ breaks }: Build, sites: readonly SiteResult[]): string {
  const broken = sites.filter(({ id }) => breaks.has(id));
  const others = sites.filter(({ id }) => !breaks.has(id));
  return `breaks ${String(breaks.size).padStart(2)}: ${tally(broken)}; others: ${tally(others)}`;
}

function tally(sites: readonly SiteResult[]): string {
  const groups = Map.groupBy(sites, ({ attribution, verdict }) => attribution ?? verdict);
  return [...groups].map(([name, { length }]) => `${length} ${name}`).join(', ');
}

function shown({ id, attribution, verdict, checks }: SiteResult): string {
  const fault = checks.find((check) => check.fault !== undefined)?.fault?.code ?? '';
  return `${id} (${noise.get(id)}, ${attribution ?? verdict} ${fault})`;
}
