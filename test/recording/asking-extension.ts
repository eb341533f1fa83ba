import { manifestWith } from '../extension/probe-extension.ts';

/** An extension whose worker asks the server of a TLS site, and whose content script shows what came. */
export const ASKING_EXTENSION = {
  'manifest.json': manifestWith({
    background: { service_worker: 'worker.js' },
    host_permissions: ['https://*.test/*'],
    content_scripts: [{ matches: ['https://shop.test/*'], js: ['content.js'] }],
  }),
  'worker.js': `chrome.runtime.onMessage.addListener((url, sender, answer) => {
    fetch(url).then((response) => response.text()).then(answer);
    return true;
  });`,
  'content.js': `const place = document.getElementById('extended');
    if (place) chrome.runtime.sendMessage(new URL('/by-extension', location.href).href).then((text) => { place.textContent = text; });`,
};
