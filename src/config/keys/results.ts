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
   * Attempts whose network traffic to keep as a HAR zip.
   *
   * Flag: `--record <failures|all|off>`
   * @default 'off'
   */
  record?: 'failures' | 'all' | 'off';

  /**
   * The most that the bodies in one recording may take.
   *
   * Flag: `--record-max <size>`
   * @default 20000000 (20MB)
   */
  recordMax?: number | string;

  /**
   * Keep the recordings of the last n runs of the results folder, beside those of the newest.
   *
   * Flag: `--keep-recordings <n>`
   * @default 14
   */
  keepRecordings?: number;

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
