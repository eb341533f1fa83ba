import type { ReportApp } from './page-text.ts';

/** In the package: the built program. In a checkout: the script that builds it, or takes it from its cache. */
const PROGRAM = import.meta.resolve('#report-app');

let loading: Promise<ReportApp> | undefined;

/** The page's program and style. Loaded once. */
export async function reportApp(): Promise<ReportApp> {
  loading ??= load();
  return await loading;
}

async function load(): Promise<ReportApp> {
  const { reportApp: build } = (await import(PROGRAM)) as { reportApp: () => Promise<ReportApp> };
  return await build();
}
