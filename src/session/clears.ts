/** Cookies, local and session storage, IndexedDB, service workers and caches, of every origin: CDP commands. */
export const CLEARS: readonly (readonly [method: string, params: object])[] = [
  ['Storage.clearDataForOrigin', { origin: '*', storageTypes: 'all' }],
  ['Network.clearBrowserCookies', {}],
  ['Network.clearBrowserCache', {}],
];
