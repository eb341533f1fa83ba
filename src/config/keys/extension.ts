// Made by npm run docs from ../settings/extension.ts: change that, not this file.

/** The keys of a config: extension. */
export interface ExtensionKeys {
  /**
   * Manifest V3 extension to install in every session, on any grid.
   *
   * Flag: `--extension <dir|zip|crx>`
   * @default none
   */
  extension?: string;

  /**
   * Retry each failing site with this instead: no extension (`none`), or another build.
   *
   * Flag: `--control <none|dir|zip|crx>`
   * @default off
   */
  control?: string;

  /**
   * Run every site with the control too, in random order, for a release decision.
   *
   * Flag: `--control-all`
   * @default false
   */
  controlAll?: boolean;

  /**
   * Fail a site if the extension throws an error there.
   *
   * Flag: `--fail-on-extension-errors`
   * @default false
   */
  failOnExtensionErrors?: boolean;
}
