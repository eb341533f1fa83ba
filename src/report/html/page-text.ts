import { createHash } from 'node:crypto';

/** What the page's own program and its looks are. */
export interface ReportApp {
  readonly script: string;
  readonly style: string;
}

export interface PageParts {
  readonly app: ReportApp;
  /** As `embed.ts` makes it: safe within a script element. */
  readonly data: string;
  /** Plain text: the title of the page. */
  readonly title: string;
  /** Plain text for a browser that runs no scripts. */
  readonly noScript: string;
}

/**
 * The one file. Its policy allows no request to anywhere but its own folder, and no script but its own: a text of a site
 * that got into the page as an element could still do nothing.
 */
export function pageText({ app, data, title, noScript }: PageParts): string {
  const script = inElement(app.script);
  const style = inElement(app.style);
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "img-src 'self' file: data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${htmlText(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>${htmlText(noScript)}</noscript>
<script type="application/json" id="gridrun-data">${data}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** A program is ours, but may hold the words that would end its element. */
function inElement(text: string): string {
  return text.replaceAll(/<(?=\/(?:script|style)|!--)/gi, '\\x3c');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function htmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
