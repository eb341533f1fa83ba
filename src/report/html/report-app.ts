import type { ReportApp } from './page-text.ts';

/** A checkout builds the page's program, or takes it from a cache. The package holds the built program. */
const PROGRAM = import.meta.url.endsWith('.ts')
  ? new URL('../../../report-app/build.ts', import.meta.url)
  : new URL('./report-app.built.js', import.meta.url);

let loading: Promise<ReportApp> | undefined;

/** The page's program and style. Loaded once. */
export async function reportApp(): Promise<ReportApp> {
  loading ??= load();
  return await loading;
}

async function load(): Promise<ReportApp> {
  const { reportApp: build } = (await import(PROGRAM.href)) as { reportApp: () => Promise<ReportApp> };
  return await build();
}
