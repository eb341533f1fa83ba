// Made by npm run docs from ../settings/results.ts: change that, not this file.

/** The keys of a config: results. */
export interface ResultsKeys {
  /**
   * Checks to keep evidence for (screenshot, page, console, requests, extension log).
   *
   * Flag: `--evidence <all|failures|none>`
   * @default 'failures'
   */
  evidence?: 'all' | 'failures' | 'none';

  /**
   * Add a film strip to the evidence: a small picture after each navigation and each action.
   *
   * Flag: `--trace`
   * @default false
   */
  trace?: boolean;

  /**
   * Output formats: list, line, dot, json, junit, html, github, ctrf; junit.xml and results.json are always written.
   *
   * Flag: `--reporter <name[=path]>`
   * @default list
   */
  reporter?: string | string[];

  /**
   * Results folder.
   *
   * Flag: `--out <dir>`
   * @default 'gridrun-results'
   */
  out?: string;
}
