import { delimiter, join } from 'node:path';

/** Environment variables, as in `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** Where Chrome or Chromium may be on a platform, the best place first. */
export function chromePlaces(platform: NodeJS.Platform, env: Env): string[] {
  if (platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Google Chrome for Testing'].flatMap((name) =>
      ['/Applications', `${env['HOME'] ?? ''}/Applications`].map(
        (folder) => `${folder}/${name}.app/Contents/MacOS/${name}`,
      ),
    );
  }
  if (platform === 'win32') {
    return ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap((variable) => {
      const folder = env[variable];
      return folder === undefined
        ? []
        : ['Google\\Chrome', 'Chromium'].map((name) => `${folder}\\${name}\\Application\\chrome.exe`);
    });
  }
  const names = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser', 'chrome'];
  return [
    ...names.map((name) => `/usr/bin/${name}`),
    '/opt/google/chrome/chrome',
    '/snap/bin/chromium',
    ...inPath(env, names),
  ];
}

/**
 * Where the headless shell of Chrome may be on a platform, the best place first. Debian has it as chromium-headless-shell,
 * everyone else as chrome-headless-shell.
 */
export function shellPlaces(platform: NodeJS.Platform, env: Env): string[] {
  if (platform === 'win32') return inPath(env, ['chrome-headless-shell.exe']);
  const names = ['chromium-headless-shell', 'chrome-headless-shell'];
  const folders = platform === 'darwin' ? ['/opt/homebrew/bin', '/usr/local/bin'] : ['/usr/bin', '/usr/local/bin'];
  return [...folders.flatMap((folder) => names.map((name) => `${folder}/${name}`)), ...inPath(env, names)];
}

/** Where chromedriver may be on a platform, the best place first. */
export function driverPlaces(platform: NodeJS.Platform, env: Env): string[] {
  if (platform === 'win32') return inPath(env, ['chromedriver.exe']);
  const usual =
    platform === 'darwin'
      ? ['/opt/homebrew/bin', '/usr/local/bin']
      : ['/usr/bin', '/usr/local/bin', '/usr/lib/chromium', '/usr/lib/chromium-browser', '/snap/bin'];
  return [
    ...usual.map((folder) => `${folder}/chromedriver`),
    '/snap/bin/chromium.chromedriver',
    ...inPath(env, ['chromedriver']),
  ];
}

function inPath(env: Env, names: readonly string[]): string[] {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.flatMap((folder) => names.map((name) => join(folder, name)));
}
