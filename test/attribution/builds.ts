import type { SiteResult } from '../../src/results/results-json.ts';
import { manifestWith } from '../extension/probe-extension.ts';
import type { PageFacts } from './noisy-corpus.ts';

/** A build of an extension, and the pages that it breaks. */
export interface Build {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly breaks: ReadonlySet<string>;
  /** It breaks some loads of a page. A page that works at its first load shows nothing. */
  readonly isRandom?: boolean;
}

/** A page as builds choose it. */
export interface KnownPage extends PageFacts {
  readonly id: string;
}

/** Is the build blamed for the site? */
export function isBlamed({ attribution }: SiteResult): boolean {
  return attribution === 'broken' || attribution === 'suspect';
}

/** Is a site judged as the build deserves it? */
export function isRight({ breaks, isRandom = false }: Build, site: SiteResult): boolean {
  if (isRandom && site.verdict === 'passed') return true;
  return isBlamed(site) === breaks.has(site.id);
}

/** A build that chooses pages by name breaks one page in this many. */
const EVERY = 7;

const MARK = 'document.documentElement.dataset.marked = "yes";';
const PASSWORD = 'document.querySelector("input[type=password]")';
/** Longer than the check's limit. */
const SLOW_MS = 7000;

/** What the worker of a build does when a page asks for its mark, on the pages that the build breaks. */
const WORKER = (onBroken: string): string => `
chrome.runtime.onMessage.addListener((message, sender, answer) => {
  if (message.isBroken) { ${onBroken} }
  answer('marked');
});`;

/** The build that breaks nothing. */
export function wellBuild(): Build {
  return build('well', [], '', '');
}

/** Builds that each break some of the pages, in a way of their own. */
export function brokenBuilds(pages: readonly KnownPage[]): Build[] {
  const chosen = (offset: number): string[] =>
    pages.flatMap(({ id }, index) => (index % EVERY === offset % EVERY ? [id] : []));
  const language = languageOf(pages);
  const ofLanguage = pages.filter((page) => page.language.startsWith(language)).map(({ id }) => id);
  const nameless = pages.filter((page) => !page.hasName).map(({ id }) => id);
  return [
    build(
      'by language',
      ofLanguage,
      `if (document.documentElement.lang.startsWith(${JSON.stringify(language)})) ${PASSWORD}?.remove();`,
    ),
    build(
      'field without a name',
      nameless,
      `for (const field of document.querySelectorAll("input[type=password]:not([name])")) field.type = "text";`,
    ),
    build('on submit', chosen(0), onChosen('addEventListener("submit", (event) => event.preventDefault(), true);')),
    {
      ...build('random', chosen(1), onChosen(`if (Math.random() < 0.7) ${PASSWORD}?.remove();`)),
      isRandom: true,
    },
    build('slow', chosen(2), onChosen(`for (const end = Date.now() + ${SLOW_MS}; Date.now() < end; );`)),
    build('crash', chosen(3), onChosen('for (const all = []; ; ) all.push(new Array(5e6).fill(1.5));')),
    build('hang', chosen(4), onChosen('for (;;);')),
    build('silent worker', chosen(5), '', 'throw new Error("the worker fails");'),
    withRule(build('network rule', chosen(6), '')),
    build('closes the tab', chosen(0), '', 'chrome.tabs.remove(sender.tab.id);'),
  ];
}

/** The most common language that at most a third of the pages have. */
function languageOf(pages: readonly KnownPage[]): string {
  const groups = Map.groupBy(pages, ({ language }) => language.slice(0, 2));
  const found = [...groups].filter(([name, { length }]) => name !== '' && length <= pages.length / 3);
  const [first] = found.toSorted((a, b) => b[1].length - a[1].length);
  if (first === undefined) throw new Error('the pages have one language');
  return first[0];
}

function onChosen(code: string): string {
  return `if (isBroken) { ${code} }`;
}

/**
 * @param onPage what the content script does after the mark, with `isBroken`
 * @param inWorker what the worker does when a page that is broken asks for its mark; without it the page marks itself
 */
function build(name: string, breaks: readonly string[], onPage: string, inWorker = ''): Build {
  const hosts = JSON.stringify(breaks);
  const mark =
    inWorker === '' ? MARK : `chrome.runtime.sendMessage({ isBroken }).then((answer) => { if (answer) ${MARK} });`;
  const files = {
    'manifest.json': JSON.stringify(
      manifestWith({
        background: { service_worker: 'worker.js' },
        content_scripts: [{ matches: ['http://*.localhost/*'], js: ['content.js'] }],
      }),
    ),
    'content.js': `const isBroken = ${hosts}.includes(location.hostname.split('.')[0]);\n${mark}\n${onPage}`,
    'worker.js': WORKER(inWorker),
  };
  return { name, files, breaks: new Set(breaks) };
}

/** Blocks the script of the pages that the build breaks. */
function withRule({ files, breaks, ...build }: Build): Build {
  const manifest = JSON.parse(files['manifest.json'] ?? '{}') as object;
  const initiatorDomains = [...breaks].map((id) => `${id}.localhost`);
  const condition = { urlFilter: '/app.js', initiatorDomains, resourceTypes: ['script'] };
  const more = {
    permissions: ['declarativeNetRequest'],
    host_permissions: ['http://*.localhost/*'],
    declarative_net_request: { rule_resources: [{ id: 'rules', enabled: true, path: 'rules.json' }] },
  };
  const ruled = {
    ...files,
    'manifest.json': JSON.stringify({ ...manifest, ...more }),
    'rules.json': JSON.stringify([{ id: 1, action: { type: 'block' }, condition }]),
  };
  return { ...build, breaks, files: ruled };
}
