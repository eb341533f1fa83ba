/** One check of the suite: a mocha test. All checks are known before the first browser starts. */
export interface CheckPlan {
  /** The full title. It is unique in the suite: a second check with the same title is called `title (2)`. */
  readonly title: string;
  /** The titles of its suites and its own title, outermost first. */
  readonly titlePath: readonly string[];
  /** The check file, relative to the working directory, with forward slashes. */
  readonly file: string;
  /** The `@tags` of its full title, without the `@`. */
  readonly tags: readonly string[];
}
