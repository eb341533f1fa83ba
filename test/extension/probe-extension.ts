import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** An extension in a temporary folder, which is removed after the test. */
export interface ProbeExtension extends AsyncDisposable {
  readonly folder: string;
}

/** A manifest that Chrome accepts, with a test's own changes. */
export function manifestWith(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { manifest_version: 3, name: 'Probe', version: '1.2.3', ...more };
}

/** Files by path. A value that is not a string is written as JSON. */
export async function probeExtension(files: Readonly<Record<string, string | object>>): Promise<ProbeExtension> {
  const folder = await mkdtemp(join(tmpdir(), 'gridrun-extension-'));
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Marks each page, counts its messages in the worker and in chrome.storage, and throws when a page asks for it. */
export const PROBE_FILES: Readonly<Record<string, string | object>> = {
  'manifest.json': manifestWith({
    background: { service_worker: 'worker.js' },
    permissions: ['storage'],
    action: { default_popup: 'popup.html' },
    options_page: 'options.html',
    content_scripts: [{ matches: ['<all_urls>'], js: ['content.js'], all_frames: true }],
  }),
  'worker.js': `
    console.log('worker starts');
    let heard = 0;
    chrome.runtime.onMessage.addListener((message, sender, answer) => {
      heard += 1;
      console.log('heard', message);
      if (message === '#throw-in-worker') setTimeout(() => { throw new RangeError('thrown in the worker'); }, 0);
      if (message === '#reject-in-worker') void Promise.reject(new Error('rejected in the worker'));
      if (message === '#console-in-worker') console.error('only said');
      chrome.storage.local.set({ visited: message }).then(() => answer({ heard }));
      return true;
    });`,
  'content.js': `
    chrome.runtime.sendMessage(location.hash).then(({ heard }) => { document.documentElement.dataset.heard = heard; });
    if (location.hash === '#throw-in-page') setTimeout(() => { throw new TypeError('thrown in the page'); }, 0);`,
  'popup.html': '<!doctype html><title>popup</title><p>the popup</p><script src="popup.js"></script>',
  'popup.js': `if (location.hash === '#throw') setTimeout(() => { throw new Error('thrown in the popup'); }, 0);`,
  'options.html': '<!doctype html><title>options</title><p>the options</p>',
};
