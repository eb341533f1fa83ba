import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { withoutBom } from '../text/without-bom.ts';

const OTHER_BROWSERS = /^(firefox|safari|internet explorer|webkit)/i;
const OBJECT = z.record(z.string(), z.unknown());

/**
 * Reads the user's capabilities: an object, or the text or file that holds it as JSON. Adds a mistake if they are not
 * an object, or ask for a browser that is not Chrome: no other has the DevTools and extensions that gridrun needs.
 */
export function readCapabilities(
  given: Readonly<Record<string, unknown>> | string | undefined,
  cwd: string,
  mistakes: string[],
): Readonly<Record<string, unknown>> {
  const capabilities = typeof given === 'string' ? parse(given, cwd, mistakes) : (given ?? {});
  const { browserName } = capabilities;
  if (typeof browserName === 'string' && OTHER_BROWSERS.test(browserName))
    mistakes.push(`--capabilities has the browserName "${browserName}", but gridrun drives only Chrome and Chromium`);
  return capabilities;
}

function parse(source: string, cwd: string, mistakes: string[]): Readonly<Record<string, unknown>> {
  try {
    const json = source.trimStart().startsWith('{') ? source : readFileSync(resolve(cwd, source), 'utf8');
    const parsed = OBJECT.safeParse(JSON.parse(withoutBom(json)));
    if (parsed.success) return parsed.data;
    mistakes.push('--capabilities must be a JSON object');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      error instanceof SyntaxError
        ? notJson(message)
        : code === 'ENOENT'
          ? `there is no file ${resolve(cwd, source)}`
          : message;
    mistakes.push(`--capabilities must be a JSON object, or a file that holds one: ${why}`);
  }
  return {};
}

/** Where the JSON breaks. Node's own message shows a part of the text, and that may be an access key. */
function notJson(message: string): string {
  const [at = ''] = /at position \d+( \(line \d+ column \d+\))?/.exec(message) ?? [];
  return `it is not valid JSON${at === '' ? '' : ` ${at}`}`;
}
