import { ERROR_CODES } from '../../src/core/error-codes.ts';
import { PAGE_CLASSES } from '../../src/core/page-classes.ts';
import { code, table } from './markdown.ts';

/** docs/reference/page-classes.md, without its first lines. */
export function pageClassesPage(): string {
  const rows = PAGE_CLASSES.map(({ code: name, seenBy }) => {
    const { blames, meaning } = ERROR_CODES[name];
    return [code(name), blames, meaning, seenBy, nextOf(name)];
  });
  const crash = ERROR_CODES['browser.tab-crashed'];
  return [
    `# Page classes

A browser can show something that is not a page of the site: its own error page, a captcha, nothing at all. A check says
nothing about the site then. gridrun puts such a page into one of these classes. The check is \`errored\` with the code and the
cause of the class, and not \`failed\`.

- **Your checks**: gridrun looks for a class only when a check has failed, or when the time of the site is up. A check that
  passes is believed, whatever the page is. Call \`expectPage()\` of \`gridrun/check\` to have the page looked at anyway.
- **The built-in check** looks at every page that it loads. It uses the same table.

The classes are tried in this order. The first one that fits counts. The message of the fault starts with what is wrong with
the page; then it has what the check said. If the HTTP status of the page is known, it is in the fault as \`httpStatus\`.

Some classes hold only for a page that is as a load left it: \`site.http-status\` below 500, \`site.download\`,
\`site.no-content\`, \`site.other-origin\`, \`site.not-a-page\` and \`site.blank\`. After a click or a key of your check, what the
page shows is the check's doing too, and the check has failed.
`,
    table(
      ['code', 'cause', 'what it means', 'how gridrun knows', 'what happens next'],
      [
        ...rows,
        [
          code('browser.tab-crashed'),
          crash.blames,
          crash.meaning,
          "Chrome's own word for it",
          nextOf('browser.tab-crashed'),
        ],
      ],
    ),
    '',
    `With \`--evidence none\` gridrun logs no network traffic. It then loads an address once more if the tab stayed empty, to
tell a download from an answer without content. It looks at pages over the DevTools protocol, past the driver, so a page that
holds the driver does not hold gridrun. On a grid this needs \`se:cdp\`, which Selenium Grid offers by itself. Without it,
gridrun asks the driver, and a page that hangs looks like a session out of reach (\`grid.no-answer\`).
`,
  ].join('\n');
}

function nextOf(name: keyof typeof ERROR_CODES): string {
  return ERROR_CODES[name].answer === 'retry'
    ? 'tried again, up to `--infra-retries` times'
    : 'reported; tried again only with `--retries`';
}
