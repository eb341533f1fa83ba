import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ReportApp } from './page-text.ts';

/** Where `npm run build` puts the page's program: beside this module. */
const BUILT = join(import.meta.dirname, 'report-app.built.js');
/** Of a checkout alone: the package holds neither this script nor what it builds from. */
const BUILDER = join(import.meta.dirname, '../../../report-app/build.ts');

let loading: Promise<ReportApp> | undefined;

/** The page's program: of the package the built one; of a checkout it is built now, or taken from the cache. */
export async function reportApp(): Promise<ReportApp> {
  loading ??= load();
  return await loading;
}

async function load(): Promise<ReportApp> {
  if (existsSync(BUILT)) return (await import(pathToFileURL(BUILT).href)) as ReportApp;
  const builder = (await import(pathToFileURL(BUILDER).href)) as { cachedReportApp: () => Promise<ReportApp> };
  return await builder.cachedReportApp();
}
