import { AS_HINTED, input, noted, reported, retried, type Codes } from './code-meaning.ts';

/** Codes of the extension. */
export const EXTENSION_CODES = {
  'extension.bad-files': input(
    'the extension has files that gridrun cannot pack: symbolic links to folders or out of it, or names that clash',
    AS_HINTED,
  ),
  'extension.bad-manifest': input('Chrome would not load this manifest', 'fix each mistake that the message lists'),
  'extension.closed-tab': reported(
    'extension',
    "the extension closed or discarded the site's tab",
    'find out what calls `chrome.tabs.remove()`, `chrome.windows.remove()` or `chrome.tabs.discard()` in it',
  ),
  'extension.empty': input("the extension's folder is empty", 'build the extension first'),
  'extension.error': reported(
    'extension',
    'the extension threw an error, and `--fail-on-extension-errors` is set',
    'fix the extension; the report has the message and the stack',
  ),
  'extension.hid-page': retried(
    'extension',
    'the extension minimized the window of the site',
    'find out what calls `chrome.windows.update()` in it',
  ),
  'extension.mv2': input(
    'the extension uses manifest version 2, which Chrome no longer runs',
    'migrate it to version 3',
  ),
  'extension.no-manifest': input('the folder has no `manifest.json`', 'pass the built folder'),
  'extension.no-way': input(
    'the browsers of this grid cannot load an extension',
    'use Chrome 149 or later, which needs no setup; run `gridrun doctor --extension`',
  ),
  'extension.none': noted(
    'nobody',
    'the suite has checks with `@extension` and the run has no extension, so it skips them',
    'pass `--extension`, or nothing if you mean to leave them out',
  ),
  'extension.not-a-zip': input('the file is damaged, or is neither a zip nor a crx', 'pack the extension again'),
  'extension.not-found': input('there is no extension at this path', 'correct the path, or build the extension first'),
  'extension.not-loaded': retried(
    'extension',
    'the browser did not load the extension',
    "read Chrome's own message; try “Load unpacked” in Chrome",
  ),
  'extension.old-crx': input('the crx has an old format', 'pack it with a current Chrome, or pass the folder instead'),
  'extension.same-build': noted(
    'nobody',
    'both arms have the same build, so nothing can be said about it',
    'pass the older build with `--control`; to measure the noise of the list, run `gridrun calibrate`',
  ),
  'extension.too-large': input(
    'the folder is too large for an extension',
    'pass the built folder, not the whole project',
  ),
  'extension.unreadable-manifest': input('the manifest is not valid JSON', 'fix it at the line that the message names'),
  'extension.worker-died': retried(
    'extension',
    "the extension's service worker threw an error when it started",
    'fix the service worker; its error is in the message',
  ),
  'extension.worker-not-stopped': reported(
    'extension',
    '`extension.stopWorker()` did not stop the service worker',
    'find out what keeps the service worker alive',
  ),
} as const satisfies Codes;
