import { getNodeValue, parseTree, printParseErrorCode, type ParseError } from 'jsonc-parser';
import { refusal } from '../core/fault.ts';
import { manifestMistakes } from './manifest-mistakes.ts';
import { fileNamed, ManifestPage, placeOf } from './manifest-page.ts';
import type { Files } from './zip.ts';
import { withoutBom } from '../text/without-bom.ts';

/** The parts of a manifest that gridrun uses. `raw` is all of it. */
export interface Manifest {
  /** The name that people see: `__MSG_name__` is resolved in the default locale. */
  readonly name: string;
  /** The name depends on the locale. */
  readonly localized: boolean;
  readonly version: string;
  readonly worker?: string;
  readonly popup?: string;
  readonly options?: string;
  readonly raw: Readonly<Record<string, unknown>>;
}

/**
 * Reads and checks the manifest. Comments are allowed, because Chrome allows them.
 * Throws a refusal that lists every mistake with its line.
 */
export function readManifest(files: Files, shownPath: string): Manifest {
  const file = files.get('manifest.json');
  if (file === undefined)
    throw refusal('extension.no-manifest', `no manifest.json in ${shownPath}`, {
      hint: 'pass the folder that contains it',
    });
  const text = withoutBom(file.toString('utf8'));
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: false });
  if (errors.length > 0 || root?.type !== 'object') throw unreadable(text, errors, shownPath);
  const page = new ManifestPage(text, root);
  const mistakes = manifestMistakes(page, files);
  if (mistakes.length > 0)
    throw refusal(
      page.at('manifest_version').value === 2 ? 'extension.mv2' : 'extension.bad-manifest',
      `Chrome would not load the extension at ${shownPath}`,
      { mistakes },
    );
  return manifestOf(page, files);
}

function unreadable(text: string, errors: readonly ParseError[], shownPath: string): Error {
  const mistakes = errors.map(({ error, offset }) => {
    const { line, column } = placeOf(text, offset);
    return `manifest.json:${line}:${column}: ${printParseErrorCode(error)
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()}`;
  });
  if (mistakes.length === 0) mistakes.push('manifest.json:1:1: the manifest must be a JSON object');
  return refusal('extension.unreadable-manifest', `the manifest of ${shownPath} is not valid JSON`, {
    mistakes,
    hint: 'remove any comma after a last item; comments are allowed',
  });
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
