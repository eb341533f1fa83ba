import type { ReportData } from '../src/report/html/report-data.ts';

/** Reads the report's data from the page. */
export async function loadData(): Promise<ReportData> {
  const text = document.getElementById('gridrun-data')?.textContent ?? '';
  const value = JSON.parse(text) as ReportData | { readonly deflateRaw: string };
  if (!('deflateRaw' in value)) return value;
  const bytes = Uint8Array.from(atob(value.deflateRaw), (char) => char.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return (await new Response(unpacked).json()) as ReportData;
}
