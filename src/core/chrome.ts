/** The two kinds of Chrome: the headless shell, which has no user interface, and the whole browser. */
export type ChromeKind = 'shell' | 'full';

/** Their names in texts. */
export const CHROME_NAMES: Readonly<Record<ChromeKind, string>> = { shell: 'headless shell', full: 'full Chrome' };

/** The name of a run's Chrome. Other grids, and journals of older versions, had the whole browser. */
export function chromeOf({ chrome = 'full' }: { readonly chrome?: ChromeKind }): string {
  return CHROME_NAMES[chrome];
}
