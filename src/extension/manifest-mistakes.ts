import { fileNamed, type ManifestPage } from './manifest-page.ts';
import type { Files } from './zip.ts';

/** The places in a manifest that name a file, which must exist. `*` is every key or every item. */
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

/** One to four numbers up to 65535, as Chrome requires. */
const VERSION = /^(0|[1-9]\d{0,4})(\.(0|[1-9]\d{0,4})){0,3}$/;

/** Everything in a manifest that would keep Chrome from loading the extension. Each mistake starts with its line. */
export function manifestMistakes(page: ManifestPage, files: Files): string[] {
  return [
    ...versionMistakes(page),
    ...identityMistakes(page),
    ...scriptMistakes(page),
    ...fileMistakes(page, files),
    ...localeMistakes(page, files),
  ];
}

function versionMistakes(page: ManifestPage): string[] {
  const { value, line } = page.at('manifest_version');
  if (value === 3) return [];
  if (value === 2)
    return [
      `${line}: this is a Manifest V2 extension, which Chrome no longer loads; migrate it to "manifest_version": 3`,
    ];
  return [
    `${line}: "manifest_version" must be 3${value === undefined ? ', and is missing' : `, not ${JSON.stringify(value)}`}`,
  ];
}

function identityMistakes(page: ManifestPage): string[] {
  const name = page.at('name');
  const version = page.at('version');
  const mistakes: string[] = [];
  if (typeof name.value !== 'string' || name.value.trim() === '')
    mistakes.push(`${name.line}: "name" must be a non-empty string`);
  const wellFormed =
    typeof version.value === 'string' &&
    VERSION.test(version.value) &&
    version.value.split('.').every((part) => Number(part) <= 65_535);
  if (!wellFormed)
    mistakes.push(`${version.line}: "version" must be one to four numbers separated by dots, such as "1.0.2"`);
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
    mistakes.push(
      `${background.line}: "background" needs a "service_worker"; "scripts" and "page" belong to Manifest V2`,
    );
  }
  for (const { value, line, path } of page.matches(['content_scripts', '*'])) {
    const matches = isObject(value) ? value['matches'] : undefined;
    if (!Array.isArray(matches) || matches.length === 0)
      mistakes.push(`${line}: ${path} needs "matches": the pages that it runs on`);
  }
  return mistakes;
}

function fileMistakes(page: ManifestPage, files: Files): string[] {
  return NAMED_FILES.flatMap((pattern) => page.matches(pattern)).flatMap(({ value, line, path }) => {
    // An icon is one path, or one path for each size.
    if (path === 'action.default_icon' && typeof value !== 'string') return [];
    if (typeof value !== 'string') return [`${line}: ${path} must be the path of a file`];
    return files.has(fileNamed(value)) ? [] : [`${line}: ${path} names ${JSON.stringify(value)}, which does not exist`];
  });
}

function localeMistakes(page: ManifestPage, files: Files): string[] {
  const { value, line } = page.at('default_locale');
  const hasLocales = [...files.keys()].some((name) => name.startsWith('_locales/'));
  if (value === undefined)
    return hasLocales ? [`${line}: there is a _locales folder, so "default_locale" must name the default one`] : [];
  if (typeof value !== 'string') return [`${line}: "default_locale" must be the name of a folder in _locales`];
  const name = `_locales/${value}/messages.json`;
  return files.has(name) ? [] : [`${line}: "default_locale" is ${JSON.stringify(value)}, but there is no ${name}`];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
