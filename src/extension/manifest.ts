import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { refusal } from '../core/fault.ts';
import type { Files } from './zip.ts';

/** What gridrun reads of a manifest; the whole of it is `raw`. */
export interface Manifest {
  /** As a person reads it: `__MSG_name__` is resolved in the default locale. */
  readonly name: string;
  /** The name differs from locale to locale. */
  readonly localized: boolean;
  readonly version: string;
  readonly worker?: string;
  readonly popup?: string;
  readonly options?: string;
  readonly raw: Readonly<Record<string, unknown>>;
}

/** Where a manifest names a file that must be there. `*` is every key or every item. */
const NAMED_FILES: readonly (readonly string[])[] = [
  ['icons', '*'],
  ['action', 'default_icon', '*'],
  ['action', 'default_icon'],
  ['action', 'default_popup'],
  ['background', 'service_worker'],
  ['options_page'],
  ['options_ui', 'page'],
  ['devtools_page'],
  ['side_panel', 'default_path'],
  ['chrome_url_overrides', '*'],
  ['content_scripts', '*', 'js', '*'],
  ['content_scripts', '*', 'css', '*'],
  ['declarative_net_request', 'rule_resources', '*', 'path'],
  ['sandbox', 'pages', '*'],
  ['storage', 'managed_schema'],
];

/** One to four numbers up to 65535, as Chrome wants it. */
const VERSION = /^(0|[1-9]\d{0,4})(\.(0|[1-9]\d{0,4})){0,3}$/;

/**
 * Reads and checks the manifest. Comments are allowed, as Chrome allows them.
 * Throws a refusal with every mistake, each with its line.
 */
export function readManifest(files: Files, shownPath: string): Manifest {
  const file = files.get('manifest.json');
  if (file === undefined)
    throw refusal('extension.no-manifest', `there is no manifest.json in ${shownPath}`, {
      hint: 'give the folder that has it',
    });
  const text = file.toString('utf8').replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: false });
  if (errors.length > 0 || root?.type !== 'object') throw unreadable(text, errors, shownPath);
  const page = new ManifestPage(text, root);
  const mistakes = [
    ...versionMistakes(page),
    ...identityMistakes(page),
    ...scriptMistakes(page),
    ...fileMistakes(page, files),
    ...localeMistakes(page, files),
  ];
  if (mistakes.length > 0)
    throw refusal(
      page.at('manifest_version').value === 2 ? 'extension.mv2' : 'extension.bad-manifest',
      `Chrome would not load the extension at ${shownPath}`,
      { mistakes },
    );
  return manifestOf(page, files);
}

interface Place {
  readonly value: unknown;
  /** `manifest.json:3` */
  readonly line: string;
}

class ManifestPage {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly #text: string;
  readonly #root: Node;

  constructor(text: string, root: Node) {
    this.#text = text;
    this.#root = root;
    this.raw = getNodeValue(root) as Record<string, unknown>;
  }

  at(...path: readonly (string | number)[]): Place {
    const node = findNodeAtLocation(this.#root, [...path]);
    return { value: node === undefined ? undefined : getNodeValue(node), line: this.#lineOf(node) };
  }

  /** Every value that a pattern of NAMED_FILES matches, with its path. */
  matches(pattern: readonly string[]): (Place & { readonly path: string })[] {
    const walk = (node: Node, rest: readonly string[], path: string): (Place & { path: string })[] => {
      const [step, ...later] = rest;
      if (step === undefined) return [{ value: getNodeValue(node), line: this.#lineOf(node), path }];
      if (node.type === 'array')
        return step === '*'
          ? (node.children ?? []).flatMap((item, index) => walk(item, later, `${path}[${index}]`))
          : [];
      if (node.type !== 'object') return [];
      return (node.children ?? []).flatMap((property) => {
        const [key, value] = property.children ?? [];
        const name = key?.value as string;
        return value === undefined || (step !== '*' && step !== name)
          ? []
          : walk(value, later, path === '' ? name : `${path}.${name}`);
      });
    };
    return walk(this.#root, pattern, '');
  }

  #lineOf(node: Node | undefined): string {
    return `manifest.json:${placeOf(this.#text, node?.offset ?? 0).line}`;
  }
}

function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

function unreadable(text: string, errors: readonly ParseError[], shownPath: string): Error {
  const mistakes = errors.map(({ error, offset }) => {
    const { line, column } = placeOf(text, offset);
    return `manifest.json:${line}:${column}: ${printParseErrorCode(error)
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()}`;
  });
  if (mistakes.length === 0) mistakes.push('manifest.json:1:1: is no JSON object');
  return refusal('extension.unreadable-manifest', `the manifest of ${shownPath} is no JSON`, {
    mistakes,
    hint: 'comments are allowed, commas after the last item are not',
  });
}

function versionMistakes(page: ManifestPage): string[] {
  const { value, line } = page.at('manifest_version');
  if (value === 3) return [];
  if (value === 2)
    return [
      `${line}: is a Manifest V2 extension, which Chrome does not load any more: migrate it to "manifest_version": 3`,
    ];
  return [
    `${line}: "manifest_version" must be 3${value === undefined ? ', and there is none' : `, not ${JSON.stringify(value)}`}`,
  ];
}

function identityMistakes(page: ManifestPage): string[] {
  const name = page.at('name');
  const version = page.at('version');
  const mistakes: string[] = [];
  if (typeof name.value !== 'string' || name.value.trim() === '')
    mistakes.push(`${name.line}: "name" must be a text that is not empty`);
  const wellFormed =
    typeof version.value === 'string' &&
    VERSION.test(version.value) &&
    version.value.split('.').every((part) => Number(part) <= 65_535);
  if (!wellFormed)
    mistakes.push(`${version.line}: "version" must be one to four numbers with dots between them, such as "1.0.2"`);
  return mistakes;
}

function scriptMistakes(page: ManifestPage): string[] {
  const mistakes: string[] = [];
  const background = page.at('background');
  if (
    isObject(background.value) &&
    typeof background.value['service_worker'] !== 'string' &&
    ('scripts' in background.value || 'page' in background.value)
  ) {
    mistakes.push(`${background.line}: "background" needs a "service_worker": scripts and pages are Manifest V2`);
  }
  for (const { value, line, path } of page.matches(['content_scripts', '*'])) {
    const matches = isObject(value) ? value['matches'] : undefined;
    if (!Array.isArray(matches) || matches.length === 0)
      mistakes.push(`${line}: ${path} needs "matches": the pages that it is for`);
  }
  return mistakes;
}

function fileMistakes(page: ManifestPage, files: Files): string[] {
  return NAMED_FILES.flatMap((pattern) => page.matches(pattern)).flatMap(({ value, line, path }) => {
    // An icon is one path, or one for each size.
    if (path === 'action.default_icon' && typeof value !== 'string') return [];
    if (typeof value !== 'string') return [`${line}: ${path} must be the path of a file`];
    return files.has(fileNamed(value))
      ? []
      : [`${line}: ${path} names ${JSON.stringify(value)}, and there is no such file`];
  });
}

function localeMistakes(page: ManifestPage, files: Files): string[] {
  const { value, line } = page.at('default_locale');
  const hasLocales = [...files.keys()].some((name) => name.startsWith('_locales/'));
  if (value === undefined)
    return hasLocales ? [`${line}: there are _locales, so "default_locale" must say which one is the default`] : [];
  if (typeof value !== 'string') return [`${line}: "default_locale" must be the name of a folder in _locales`];
  const name = `_locales/${value}/messages.json`;
  return files.has(name) ? [] : [`${line}: "default_locale" is ${JSON.stringify(value)}, and there is no ${name}`];
}

function manifestOf(page: ManifestPage, files: Files): Manifest {
  const { raw } = page;
  const text = (...path: string[]): string | undefined => {
    const { value } = page.at(...path);
    return typeof value === 'string' ? fileNamed(value) : undefined;
  };
  const [worker, popup, options] = [
    text('background', 'service_worker'),
    text('action', 'default_popup'),
    text('options_ui', 'page') ?? text('options_page'),
  ];
  const name = raw['name'] as string;
  return {
    name: localName(name, raw['default_locale'] as string | undefined, files),
    localized: name.startsWith('__MSG_'),
    version: raw['version'] as string,
    ...(worker === undefined ? {} : { worker }),
    ...(popup === undefined ? {} : { popup }),
    ...(options === undefined ? {} : { options }),
    raw,
  };
}

function localName(name: string, locale: string | undefined, files: Files): string {
  const key = /^__MSG_(.+)__$/.exec(name)?.[1];
  const messages = key === undefined ? undefined : files.get(`_locales/${locale}/messages.json`);
  if (messages === undefined) return name;
  const tree = parseTree(messages.toString('utf8'));
  const known =
    tree === undefined ? undefined : (getNodeValue(tree) as Record<string, { message?: unknown } | undefined>);
  const entry = Object.entries(known ?? {}).find(([candidate]) => candidate.toLowerCase() === key!.toLowerCase());
  return typeof entry?.[1]?.message === 'string' ? entry[1].message : name;
}

/** The file that a path of a manifest stands for: it is one from the extension's root, and may have a query. */
function fileNamed(path: string): string {
  return path.replace(/[?#].*$/, '').replace(/^(\.?\/)+/, '');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
